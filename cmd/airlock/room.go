package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

const (
	// roomForLoading is more than loading makes: policies as text, parsed and compiled, and large site data.
	roomForLoading = 64 << 20
	hugePage       = 2 << 20 // on every machine the engine runs on; where it is more, the advice is of no use
)

// room is where the heap is while it has not grown beyond that.
//
// A start fills 40 MiB of memory that the process never had, page by page, and each first touch of a page is a fault: on a
// virtual machine they take longer than all that the start computes. In huge pages there are few. For memory that is used
// for a moment that is all one could wish for; afterwards small pages are better, as what is not needed goes back one by one.
type room struct{ begin, end uintptr }

// newRoom lets the heap grow, without touching it, and takes what it has grown by for free at once.
func newRoom() room {
	block := make([]byte, roomForLoading)
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(block)))
	r := room{(begin + hugePage - 1) &^ (hugePage - 1), (begin + roomForLoading) &^ (hugePage - 1)}
	r.huge(true)
	runtime.KeepAlive(block)
	runtime.GC() // allocations go to the lowest addresses that are free
	return r
}

// huge has the kernel give the heap huge pages from now on, or small ones. It does not change those that are there, and
// where it is not allowed to, nothing changes.
func (r room) huge(wanted bool) {
	advice := uintptr(syscall.MADV_NOHUGEPAGE)
	if wanted {
		advice = syscall.MADV_HUGEPAGE
	}
	if r.begin < r.end {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, r.begin, r.end-r.begin, advice)
	}
}
