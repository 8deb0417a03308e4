package main

import (
	"runtime"
	"syscall"
)

// asideNice is how far work that can wait stands back behind decisions: a tenth of their share where processors are
// scarce. No further: whoever waits for a lock that it holds would wait as long.
const asideNice = 10

// aside does work on a thread of its own that stands back, and waits for it.
func aside(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the work, and takes its priority along
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), asideNice)
		work()
	}()
	<-done
}
