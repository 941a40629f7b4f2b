package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// write replaces the content of a file: all of it, or, if that fails, nothing.
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

func replace(file string, text []byte) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".writ-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// printDiff writes what differs as a unified diff, for a reader or for patch.
func (a *app) printDiff(name string, before, after []byte) {
	text := diff.Diff(name+".orig", before, name, after)
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
