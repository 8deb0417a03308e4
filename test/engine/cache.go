package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Version names an engine the gate is tested with.
type Version string

// The engines at both ends of what the gate supports.
const (
	Oldest Version = "oldest" // Debian's docker.io, API 1.41
	Newest Version = "newest" // the engine built from the newest published module, API 1.56
)

// Versions lists the engines, oldest first.
func Versions() []Version { return []Version{Oldest, Newest} }

// Root returns the directory of the module that the working directory belongs to.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find module root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find module root: no go.mod above the working directory")
		}
		dir = up
	}
}

// Cache returns the directory of the engines: AIRLOCK_CACHE, or .cache in the module's root.
func Cache() (string, error) {
	if dir := os.Getenv("AIRLOCK_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, ".cache"), nil
}

// binaries returns the directory that holds all of an engine's programs.
func binaries(v Version) (string, error) {
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "engines", string(v), "bin")
	if _, err := os.Stat(filepath.Join(dir, "dockerd")); err != nil {
		return "", fmt.Errorf("%s engine is not installed (%w): run `make engines` as root", v, err)
	}
	return dir, nil
}

// program returns the absolute path of one of an engine's programs.
func program(v Version, name string) (string, error) {
	dir, err := binaries(v)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s of the %s engine is not installed (%w): run `make engines` as root", name, v, err)
	}
	return path, nil
}
