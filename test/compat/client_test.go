//go:build e2e

package compat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	moby "github.com/moby/moby/client"

	"github.com/airlock-gate/airlock/test/engine"
)

// TestClient has the engine's own Go library do what people do with it.
func TestClient(t *testing.T) {
	each(t, func(t *testing.T, g *engine.Guarded) {
		cli, err := moby.New(moby.WithHost(g.URL()))
		if err != nil {
			t.Fatal(err)
		}
		defer cli.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		c := client{name: "moby client 0.6"}
		for _, s := range calls(cli, shared.images["worker"]) {
			err := s.do(ctx)
			c.report(t, g, s.name, fmt.Sprint(err), err == nil)
		}
	})
}

// call is one use of the library.
type call struct {
	name string
	do   func(context.Context) error
}

func body(image string) moby.ContainerCreateOptions {
	pids := int64(64)
	return moby.ContainerCreateOptions{
		Name: "library-1", Config: &container.Config{Image: image, User: "1001:1001", Cmd: []string{"wait"}},
		HostConfig: &container.HostConfig{
			ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"}, NetworkMode: "library",
			DNS:   []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})},
			Tmpfs: map[string]string{"/tmp": "size=16m,noexec,nosuid,nodev"},
			Resources: container.Resources{
				Memory: 64 << 20, MemorySwap: 64 << 20, NanoCPUs: 500_000_000, PidsLimit: &pids,
			},
		},
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{"library": {}}},
	}
}

// contains reads what the library gives and asks for a text in it.
func contains(r io.Reader, want string) error {
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Contains(got, []byte(want)) {
		return fmt.Errorf("got %q, want %q in it", got, want)
	}
	return err
}

func calls(cli *moby.Client, image string) []call {
	const name = "library-1"
	return []call{
		{"Ping", func(ctx context.Context) error {
			_, err := cli.Ping(ctx, moby.PingOptions{NegotiateAPIVersion: true})
			return err
		}},
		{"Info", func(ctx context.Context) error { _, err := cli.Info(ctx, moby.InfoOptions{}); return err }},
		{"ImagePull", func(ctx context.Context) error {
			r, err := cli.ImagePull(ctx, image, moby.ImagePullOptions{})
			if err != nil {
				return err
			}
			return r.Wait(ctx)
		}},
		{"NetworkCreate", func(ctx context.Context) error {
			name, value, _ := strings.Cut(inhibit, "=")
			_, err := cli.NetworkCreate(ctx, "library", moby.NetworkCreateOptions{Internal: true, Options: map[string]string{name: value}})
			return err
		}},
		{"ContainerCreate", func(ctx context.Context) error {
			_, err := cli.ContainerCreate(ctx, body(image))
			return err
		}},
		{"ContainerStart", func(ctx context.Context) error {
			_, err := cli.ContainerStart(ctx, name, moby.ContainerStartOptions{})
			return err
		}},
		{"ContainerInspect", func(ctx context.Context) error {
			_, err := cli.ContainerInspect(ctx, name, moby.ContainerInspectOptions{})
			return err
		}},
		{"ContainerList", func(ctx context.Context) error {
			_, err := cli.ContainerList(ctx, moby.ContainerListOptions{All: true})
			return err
		}},
		{"ContainerStats", func(ctx context.Context) error {
			r, err := cli.ContainerStats(ctx, name, moby.ContainerStatsOptions{})
			if err != nil {
				return err
			}
			defer r.Body.Close()
			return contains(r.Body, "pids_stats")
		}},
		{"ContainerTop", func(ctx context.Context) error {
			_, err := cli.ContainerTop(ctx, name, moby.ContainerTopOptions{})
			return err
		}},
		{"ContainerPause", func(ctx context.Context) error {
			_, err := cli.ContainerPause(ctx, name, moby.ContainerPauseOptions{})
			return err
		}},
		{"ContainerUnpause", func(ctx context.Context) error {
			_, err := cli.ContainerUnpause(ctx, name, moby.ContainerUnpauseOptions{})
			return err
		}},
		{"ContainerRestart", func(ctx context.Context) error {
			_, err := cli.ContainerRestart(ctx, name, moby.ContainerRestartOptions{})
			return err
		}},
		{"ExecCreate and ExecAttach", func(ctx context.Context) error {
			made, err := cli.ExecCreate(ctx, name, moby.ExecCreateOptions{AttachStdout: true, AttachStderr: true, Cmd: []string{"/helper", "status"}})
			if err != nil {
				return err
			}
			r, err := cli.ExecAttach(ctx, made.ID, moby.ExecAttachOptions{})
			if err != nil {
				return err
			}
			defer r.Close()
			return contains(r.Reader, `"uid":1001`)
		}},
		{"ContainerRename", func(ctx context.Context) error {
			for _, step := range [][2]string{{name, "library-2"}, {"library-2", name}} {
				if _, err := cli.ContainerRename(ctx, step[0], moby.ContainerRenameOptions{NewName: step[1]}); err != nil {
					return err
				}
			}
			return nil
		}},
		{"CopyFromContainer", func(ctx context.Context) error {
			r, err := cli.CopyFromContainer(ctx, name, moby.CopyFromContainerOptions{SourcePath: "/etc/passwd"})
			if err != nil {
				return err
			}
			defer r.Content.Close()
			return contains(r.Content, "agent")
		}},
		{"ContainerStop", func(ctx context.Context) error {
			_, err := cli.ContainerStop(ctx, name, moby.ContainerStopOptions{})
			return err
		}},
		{"ContainerLogs", func(ctx context.Context) error {
			r, err := cli.ContainerLogs(ctx, name, moby.ContainerLogsOptions{ShowStdout: true})
			if err != nil {
				return err
			}
			defer r.Close()
			return contains(r, `"uid":1001`)
		}},
		{"ContainerRemove", func(ctx context.Context) error {
			_, err := cli.ContainerRemove(ctx, name, moby.ContainerRemoveOptions{Force: true})
			return err
		}},
		{"ContainerCreate, privileged, is denied", func(ctx context.Context) error {
			o := body(image)
			o.HostConfig.Privileged = true
			_, err := cli.ContainerCreate(ctx, o)
			if err == nil || !strings.Contains(err.Error(), "hardening/privileged") {
				return errors.Join(errors.New("not denied by hardening/privileged"), err)
			}
			return nil
		}},
		{"NetworkRemove", func(ctx context.Context) error {
			_, err := cli.NetworkRemove(ctx, "library", moby.NetworkRemoveOptions{})
			return err
		}},
	}
}
