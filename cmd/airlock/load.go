package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/policies"
)

const maxSite = 16 << 20

// origin is where policies and site data come from. serve, check, rules and version load through it alike.
type origin struct {
	site     string // file; "" for the defaults, which admit no image
	policies string // directory; "" for the embedded bundle
	loader   bundle.Loader
	keys     []string // files that the site data last loaded names
}

// settings declares the flags of the verbs that load without serving.
func (o *origin) settings(flags *pflag.FlagSet) {
	flags.StringVar(&o.site, "site", "", "site data `file`; without it the defaults, which admit no image")
	flags.StringVar(&o.policies, "policies", "", "policy bundle `directory` instead of the embedded one")
}

// load reads and compiles everything: the policies while the site data is read.
func (o *origin) load() (*bundle.Snapshot, error) {
	files, err := o.files()
	if err != nil {
		return nil, err
	}
	var policies *bundle.Policies
	compiled := make(chan error, 1)
	go func() {
		var err error
		policies, err = o.loader.Compile(files, bundle.Options{})
		compiled <- err
	}()
	site, err := o.siteData()
	unusable := <-compiled
	if err != nil {
		return nil, err
	}
	o.keys = site.Files()
	if unusable != nil {
		return nil, unusable
	}
	return policies.With(site)
}

// siteData reads the site data, or returns the defaults when there is none.
func (o *origin) siteData() (*bundle.Site, error) {
	if o.site == "" {
		return bundle.DefaultSite(), nil
	}
	data, err := readFile(o.site, maxSite)
	if err != nil {
		return nil, fmt.Errorf("read site data: %w", err)
	}
	site, err := bundle.ParseSite(o.site, data)
	if err != nil {
		return nil, fmt.Errorf("site data is not usable:\n%w", err)
	}
	return site, nil
}

// files opens the policies.
func (o *origin) files() (fs.FS, error) {
	if o.policies == "" {
		return policies.FS, nil
	}
	info, err := os.Stat(o.policies)
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("read policies: %s is not a directory", o.policies)
	}
	return os.DirFS(o.policies), nil
}

// directories lists what to watch. Directories are watched rather than files: editors and configuration management put
// a new file in the place of the old one.
func (o origin) directories() []string {
	var dirs []string
	if o.site != "" {
		dirs = append(dirs, filepath.Dir(o.site))
	}
	for _, key := range o.keys {
		dirs = append(dirs, filepath.Dir(key))
	}
	if o.policies != "" {
		_ = filepath.WalkDir(o.policies, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				dirs = append(dirs, path)
			}
			return nil // what cannot be read, the reload reports
		})
	}
	return dirs
}

// named returns the fingerprint after loading: that of before, joined by the key files that were not known by then. If
// anything else has changed since it is the one of before, so that the change is noticed.
func (o origin) named(before [sha256.Size]byte) [sha256.Size]byte {
	if len(o.keys) == 0 {
		return before
	}
	unnamed := o
	unnamed.keys = nil
	if unnamed.fingerprint() != before {
		return before
	}
	return o.fingerprint()
}

// fingerprint changes with the content of what load reads. What cannot be read counts as empty: that is a change too.
func (o origin) fingerprint() [sha256.Size]byte {
	sum := sha256.New()
	add := func(path string) {
		size, err := hashFile(sum, path)
		fmt.Fprintf(sum, "%q %d %t\n", path, size, err == nil)
	}
	if o.site != "" {
		add(o.site)
	}
	for _, key := range o.keys {
		add(key)
	}
	if o.policies != "" {
		_ = filepath.WalkDir(o.policies, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				add(path)
			}
			return nil
		})
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

// hashFile adds what a file holds, which may be long, without holding it.
func hashFile(to io.Writer, path string) (size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return io.Copy(to, file)
}
