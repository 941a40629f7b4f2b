//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// hardLinked reports whether a file has more than one name.
func hardLinked(info fs.FileInfo) bool {
	at, ok := info.Sys().(*syscall.Stat_t)
	return ok && at.Nlink > 1
}

// sameOwner gives a new file the owner and the group of an old one.
func sameOwner(f *os.File, old fs.FileInfo) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	mine, ok := info.Sys().(*syscall.Stat_t)
	theirs, both := old.Sys().(*syscall.Stat_t)
	if !ok || !both || mine.Uid == theirs.Uid && mine.Gid == theirs.Gid {
		return nil
	}
	if f.Chown(int(theirs.Uid), int(theirs.Gid)) != nil {
		return errors.New("it belongs to another user or group, and a new file would not")
	}
	return nil
}
