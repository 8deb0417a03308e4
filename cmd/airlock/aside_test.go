package main

import (
	"runtime"
	"syscall"
	"testing"
)

func TestAside(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	priority := func() int {
		raw, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
		if err != nil {
			t.Error(err)
		}
		return 20 - raw // as the kernel returns it
	}
	before, within := priority(), 0
	aside(func() { within = priority() })
	if want := min(max(before, asideNice), 19); within != want {
		t.Errorf("priority is %d aside, want %d", within, want)
	}
	if after := priority(); after != before {
		t.Errorf("priority is %d after, %d before", after, before)
	}
}
