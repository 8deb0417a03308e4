package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestUnchangedRegions(t *testing.T) {
	account := func(line, anonymous string) string {
		return line + "\nSize:  16 kB\nRss:  16 kB\nPrivate_Dirty:  0 kB\nAnonymous:  " + anonymous + " kB\nVmFlags: rd ex mr\n"
	}
	for name, tc := range map[string]struct {
		given string
		want  []region
	}{
		"code":                    {account("00400000-01000000 r-xp 00000000 08:01 7  /usr/bin/airlock", "0"), []region{{0x400000, 0x1000000}}},
		"constants":               {account("01000000-02000000 r--p 00c00000 08:01 7  /usr/bin/airlock", "0"), []region{{0x1000000, 0x2000000}}},
		"constants, relocated":    {account("01000000-02000000 r--p 00c00000 08:01 7  /usr/bin/airlock", "64"), nil},
		"variables":               {account("02000000-03000000 rw-p 01c00000 08:01 7  /usr/bin/airlock", "0"), nil},
		"another file":            {account("02000000-03000000 r--p 00000000 08:01 9  /usr/lib/locale", "0"), nil},
		"a file deleted":          {account("00400000-01000000 r-xp 00000000 08:01 7  /usr/bin/airlock (deleted)", "0"), nil},
		"memory of no file":       {account("c000000000-c000400000 rw-p 00000000 00:00 0", "0"), nil},
		"no account":              {"00400000-01000000 r-xp 00000000 08:01 7  /usr/bin/airlock\n", nil},
		"the account of the next": {"00400000-01000000 r-xp 00000000 08:01 7  /usr/bin/airlock\n" + account("c000000000-c000400000 rw-p 00000000 00:00 0", "0"), nil},
		"no region":               {account("x-y r-xp 00000000 08:01 7  /usr/bin/airlock", "0"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := unchanged(strings.NewReader(tc.given), "/usr/bin/airlock")
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("got %x, %v; want %x", got, err, tc.want)
			}
		})
	}
}

// TestPutBack holds that the program goes on, and takes less memory.
func TestPutBack(t *testing.T) {
	resident := func() int {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`RssFile:\s+(\d+) kB`).FindSubmatch(status)
		if found == nil {
			t.Fatalf("no RssFile in %s", status)
		}
		n, _ := strconv.Atoi(string(found[1]))
		return n
	}
	before := resident()
	if err := putBack(); err != nil {
		t.Fatal(err)
	}
	if after := resident(); after >= before {
		t.Errorf("%d kB of files are resident, %d before", after, before)
	}
}
