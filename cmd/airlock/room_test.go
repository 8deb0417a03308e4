package main

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestRoom holds that the kernel is asked for huge pages of the heap, and for small ones afterwards, by its own account.
func TestRoom(t *testing.T) {
	r := newRoom()
	if r.begin%hugePage != 0 || r.end%hugePage != 0 || r.end-r.begin < roomForLoading-2*hugePage {
		t.Fatalf("room from %x to %x", r.begin, r.end)
	}
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Log("the kernel has no huge pages to give: asked all the same")
		r.huge(false)
		return
	}
	for _, tc := range []struct {
		wanted bool
		flag   string
	}{{true, "hg"}, {false, "nh"}, {true, "hg"}} {
		r.huge(tc.wanted)
		if flags := flagsAt(t, r.begin); !slices.Contains(flags, tc.flag) {
			t.Errorf("huge %t: flags %v, want %s", tc.wanted, flags, tc.flag)
		}
	}
	room{}.huge(true) // of nothing
}

// flagsAt returns what the kernel says of the region of this process that holds an address (proc_pid_smaps(5), VmFlags).
func flagsAt(t *testing.T, address uintptr) []string {
	t.Helper()
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	inside := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if r, ok := regionOf(fields[0]); ok && strings.Contains(fields[0], "-") {
			inside = r.begin <= address && address < r.end
		}
		if inside && fields[0] == "VmFlags:" {
			return fields[1:]
		}
	}
	t.Fatalf("no region holds %x", address)
	return nil
}
