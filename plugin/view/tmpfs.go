package view

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/mount"
)

// pageSize is the kernel's smallest. nr_blocks counts pages, so a mount that uses it also shows in Options.
const pageSize = 4096

// tmpfs applies the comma-separated options of a tmpfs mount on top of the engine's base of noexec, nosuid, nodev and
// rprivate (moby daemon/oci_linux.go, withMounts). Later words win (moby/sys/mount MergeTmpfsOptions), and so do size
// and nr_blocks between each other (Linux mm/shmem.c, shmem_parse_one). What makes the mount fail, or changes what a
// rule cannot see otherwise, goes to Options as given.
func (m *Mount) tmpfs(options string) {
	m.NoExec, m.NoSuid, m.NoDev = true, true, true
	m.Propagation = string(mount.PropagationRPrivate)
	if options == "" {
		return
	}
	sizeOption, inodesOption := "", ""
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "defaults":
		case "ro":
			m.ReadOnly = true
		case "rw":
			m.ReadOnly = false
		case "exec":
			m.NoExec = false
		case "noexec":
			m.NoExec = true
		case "suid":
			m.NoSuid = false
		case "nosuid":
			m.NoSuid = true
		case "dev":
			m.NoDev = false
		case "nodev":
			m.NoDev = true
		case "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable":
			m.Propagation = option
		default:
			key, value, found := strings.Cut(option, "=")
			if !found {
				key = "" // a bare "mode" fails as any unknown word does
			}
			switch key {
			case "size":
				m.Size, sizeOption = bytesOf(value), ""
				if m.Size == 0 {
					sizeOption = option
				}
			case "nr_blocks":
				blocks := bytesOf(value)
				m.Size, sizeOption = math.MaxInt64, option
				if blocks <= math.MaxInt64/pageSize {
					m.Size = blocks * pageSize
				}
			case "nr_inodes":
				m.Inodes, inodesOption = bytesOf(value), ""
				if m.Inodes == 0 {
					inodesOption = option // no limit, or not a number
				}
			case "mode":
				m.Mode = cut(value)
			case "uid":
				m.UID = cut(value)
			case "gid":
				m.GID = cut(value)
			default:
				m.Options = append(m.Options, cut(option))
			}
		}
	}
	for _, option := range []string{sizeOption, inodesOption} {
		if option != "" {
			m.Options = append(m.Options, cut(option))
		}
	}
}

// tmpfsOptions writes the options of a Mounts entry as the engine does before it treats them like any other tmpfs
// (moby daemon/volume/mounts/linux_parser.go, ConvertTmpfsOptions): nothing about size when SizeBytes is 0.
func tmpfsOptions(spec *mount.Mount) string {
	var words []string
	if spec.ReadOnly {
		words = append(words, "ro")
	}
	if options := spec.TmpfsOptions; options != nil {
		if options.Mode != 0 {
			words = append(words, fmt.Sprintf("mode=%o", uint32(options.Mode)))
		}
		if options.SizeBytes != 0 {
			words = append(words, "size="+strconv.FormatInt(options.SizeBytes, 10))
		}
		for _, option := range options.Options {
			words = append(words, strings.Join(option, "="))
		}
	}
	return strings.Join(words, ",")
}

// bytesOf reads a number as the kernel's memparse does, as far as people write it: decimal digits and one of k, m, g,
// t, p, e. Anything else (per cent, octal, hexadecimal, a number beyond 63 bits) is 0, which means unlimited.
func bytesOf(text string) int64 {
	digits := len(text)
	shift := 0
	if digits > 0 {
		if unit := strings.IndexByte("kmgtpe", text[digits-1]|0x20); unit >= 0 {
			digits, shift = digits-1, 10*(unit+1)
		}
	}
	if digits == 0 || text[0] < '1' || text[0] > '9' {
		return 0
	}
	number, err := strconv.ParseInt(text[:digits], 10, 64)
	if err != nil || number > math.MaxInt64>>shift {
		return 0
	}
	return number << shift
}
