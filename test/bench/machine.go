package main

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// machine is how fast a machine is at what no plugin has a say in. Milliseconds of one run are no more than that: on a
// shared host the same page costs one microsecond in one hour and twelve in another.
type machine struct {
	page time.Duration // the first touch of a page of memory
	sum  time.Duration // SHA-256 of a MiB
}

// calibrate measures the machine as it is now.
func calibrate() (machine, error) {
	const size = 16 << 20
	var pages, sums []time.Duration
	text := make([]byte, 1<<20)
	for range 9 {
		memory, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
		if err != nil {
			return machine{}, fmt.Errorf("map memory: %w", err)
		}
		_ = syscall.Madvise(memory, syscall.MADV_NOHUGEPAGE) // a kernel without huge pages knows no such advice
		begin, touched := time.Now(), 0
		for at := 0; at < size; at += syscall.Getpagesize() {
			memory[at] = 1
			touched++
		}
		pages = append(pages, time.Since(begin)/time.Duration(touched))
		if err := syscall.Munmap(memory); err != nil {
			return machine{}, fmt.Errorf("unmap memory: %w", err)
		}
		begin = time.Now()
		sum := sha256.Sum256(text)
		sums = append(sums, time.Since(begin))
		text[0] ^= sum[0]
	}
	return machine{at(pages, .5), at(sums, .5)}, nil
}

func (m machine) String() string {
	return fmt.Sprintf("%d CPUs; the first touch of a page takes %.1f µs, SHA-256 of a MiB %.0f µs",
		runtime.NumCPU(), float64(m.page.Nanoseconds())/1e3, float64(m.sum.Nanoseconds())/1e3)
}
