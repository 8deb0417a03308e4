// Package engine runs real Docker engines for tests: private, disposable, several at a time.
//
// Every engine gets its own containerd, data root (a tmpfs), exec root, socket and subnets under one directory of
// /run/airlock-engine. Nothing of the host's own Docker is used or changed. Stop ends every process and removes every
// mount, bridge and file; what a crashed run left behind is removed by the next Start. The package also provides the
// rest of a test bench: a loopback registry, images pushed to it without any build, the gate as a process, a client
// that puts exact bytes on the wire, and the docker command.
//
// It needs root and the binaries that `make engines` puts into the cache.
package engine
