package engine

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Registry is a private registry on a loopback port, over plain HTTP, which engines accept there.
type Registry struct {
	Host string // 127.0.0.1:PORT

	process *process
	cleanup scope
}

// StartRegistry runs a registry with storage of its own.
func StartRegistry(ctx context.Context) (*Registry, error) {
	cache, err := Cache()
	if err != nil {
		return nil, fmt.Errorf("start registry: %w", err)
	}
	path := filepath.Join(cache, "engines", "registry", "bin", "docker-registry")
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("registry is not installed (%w): run `make engines` as root", err)
	}
	dir, err := os.MkdirTemp("", "airlock-registry-")
	if err != nil {
		return nil, fmt.Errorf("start registry: %w", err)
	}
	r := &Registry{}
	r.cleanup.add(func() { _ = os.RemoveAll(dir) })
	port, err := FreePort()
	if err != nil {
		r.Stop()
		return nil, fmt.Errorf("start registry: %w", err)
	}
	r.Host = fmt.Sprintf("127.0.0.1:%d", port)
	config := fmt.Sprintf("version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}\n"+
		"http: {addr: %q}\n", filepath.Join(dir, "data"), r.Host)
	file := filepath.Join(dir, "config.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		r.Stop()
		return nil, fmt.Errorf("start registry: %w", err)
	}
	r.process, err = launch("registry", filepath.Join(dir, "log"), []string{"HOME=" + dir}, path, "serve", file)
	if err != nil {
		r.Stop()
		return nil, err
	}
	r.cleanup.add(func() { r.process.stop(3 * time.Second) })
	err = r.process.await("ready", 20*time.Second, func() error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.Host+"/v2/", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
	if err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}

// Stop ends the registry and deletes its storage.
func (r *Registry) Stop() { r.cleanup.close() }
