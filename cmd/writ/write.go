package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// write replaces the content of a file: all of it, or, if that fails, nothing. A
// file that the caller may not write to, with hard links, or of an owner that the
// new one cannot have stays as it is.
func write(file string, text []byte) error {
	err := replace(file, text)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	if err != nil {
		return inputf("cannot write %s: %v", file, err)
	}
	return nil
}

// writable reports whether the caller may write to a file.
func writable(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func replace(file string, text []byte) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o222 == 0 {
		return fs.ErrPermission
	}
	if err := writable(file); err != nil {
		return err
	}
	if hardLinked(info) {
		return errors.New("it has other names (hard links), which would keep the old text; write with check --diff or fmt, and copy that")
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".writ-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, sameOwner(f, info), f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// headerName is a name in the header of a diff. One that does not fit on a line is
// quoted as git does.
func headerName(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' }) {
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

// printDiff writes what differs as a unified diff, for a reader or for patch.
func (a *app) printDiff(name string, before, after []byte) {
	text := diff.Diff(headerName(name+".orig"), before, headerName(name), after)
	if !a.out.terminal && !a.out.color {
		a.out.w.Write(text)
		return
	}
	for line := range bytes.Lines(text) {
		line := strings.TrimSuffix(string(line), "\n")
		paint := plain
		switch {
		case strings.HasPrefix(line, "+++ "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "diff "):
			paint = bold
		case strings.HasPrefix(line, "+"):
			paint = green
		case strings.HasPrefix(line, "-"):
			paint = red
		case strings.HasPrefix(line, "@@"):
			paint = cyan
		}
		a.out.line(span{line, paint})
	}
}
