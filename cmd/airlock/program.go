package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// region is a part of the address space.
type region struct{ begin, end uintptr }

// putBack has the kernel take the program's own code and constants out of the process's memory. They are pages of the
// file, and come again, one by one, when they are used: of what a start needs, reading and compiling policies above all,
// decisions need little.
func putBack() error {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		return fmt.Errorf("read the process's regions: %w", err)
	}
	defer file.Close()
	regions, err := unchanged(file, program)
	if err != nil {
		return err
	}
	for _, r := range regions {
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, r.begin, r.end-r.begin, syscall.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("put back the program's pages: %w", errno)
		}
	}
	return nil
}

// unchanged returns the regions of a process that hold nothing but what is in the program's file, from the kernel's
// account of them. A page that was written to is no longer the file's, and would be lost.
func unchanged(smaps io.Reader, program string) (found []region, err error) {
	var last *region // of the program, read-only, not yet known to be unchanged
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 2 && !strings.HasSuffix(fields[0], ":"): // begin-end permissions offset device inode path
			last = nil
			r, ok := regionOf(fields[0])
			if ok && len(fields) == 6 && fields[5] == program && strings.HasPrefix(fields[1], "r-") {
				last = &r
			}
		case last != nil && len(fields) >= 2 && fields[0] == "Anonymous:":
			if fields[1] == "0" {
				found = append(found, *last)
			}
			last = nil
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the process's regions: %w", err)
	}
	return found, nil
}

func regionOf(text string) (region, bool) {
	begin, end, _ := strings.Cut(text, "-")
	from, err := strconv.ParseUint(begin, 16, strconv.IntSize)
	if err != nil {
		return region{}, false
	}
	to, err := strconv.ParseUint(end, 16, strconv.IntSize)
	return region{uintptr(from), uintptr(to)}, err == nil
}
