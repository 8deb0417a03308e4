package view_test

import (
	"testing"

	"github.com/airlock-gate/airlock/plugin/view"
)

// TestUser follows moby daemon/oci_linux.go (getUser) and moby/sys/user GetExecUser: numbers are never looked up as
// names, a missing group is the primary group of the passwd entry and 0 without one.
func TestUser(t *testing.T) {
	for _, tc := range []struct {
		requested, image string
		want             view.User
	}{
		{"1001:1001", "", view.User{Given: "1001:1001", Source: "request", Form: "uid:gid", UID: ref[int64](1001), GID: ref[int64](1001)}},
		{"1001:0", "", view.User{Given: "1001:0", Source: "request", Form: "uid:gid", UID: ref[int64](1001), GID: ref[int64](0)}},
		{"0:1001", "", view.User{Given: "0:1001", Source: "request", Form: "uid:gid", UID: ref[int64](0), GID: ref[int64](1001)}},
		{"1001", "", view.User{Given: "1001", Source: "request", Form: "uid", UID: ref[int64](1001)}},
		{"0", "", view.User{Given: "0", Source: "request", Form: "uid", UID: ref[int64](0)}},
		{"01001", "", view.User{Given: "01001", Source: "request", Form: "other", UID: ref[int64](1001)}},
		{"+1001", "", view.User{Given: "+1001", Source: "request", Form: "other", UID: ref[int64](1001)}},
		{"00", "", view.User{Given: "00", Source: "request", Form: "other", UID: ref[int64](0)}},
		{"-0", "", view.User{Given: "-0", Source: "request", Form: "other", UID: ref[int64](0)}},
		{"1001:", "", view.User{Given: "1001:", Source: "request", Form: "other", UID: ref[int64](1001)}},
		{"1001:01001", "", view.User{Given: "1001:01001", Source: "request", Form: "other", UID: ref[int64](1001), GID: ref[int64](1001)}},
		{"1001:staff", "", view.User{Given: "1001:staff", Source: "request", Form: "other", UID: ref[int64](1001)}},
		{":1001", "", view.User{Given: ":1001", Source: "request", Form: "other", UID: ref[int64](0), GID: ref[int64](1001)}},
		{"agent", "", view.User{Given: "agent", Source: "request", Form: "name"}},
		{"agent:staff", "", view.User{Given: "agent:staff", Source: "request", Form: "name"}},
		{"agent:1001", "", view.User{Given: "agent:1001", Source: "request", Form: "name", GID: ref[int64](1001)}},
		{"1001:1001:0", "", view.User{Given: "1001:1001:0", Source: "request", Form: "other"}},
		{"1001:1001:", "", view.User{Given: "1001:1001:", Source: "request", Form: "other"}},
		{"2147483647:1", "", view.User{Given: "2147483647:1", Source: "request", Form: "uid:gid", UID: ref[int64](2147483647), GID: ref[int64](1)}},
		{"2147483648:1", "", view.User{Given: "2147483648:1", Source: "request", Form: "other", GID: ref[int64](1)}},
		{"4294967296", "", view.User{Given: "4294967296", Source: "request", Form: "other"}},
		{"99999999999999999999", "", view.User{Given: "99999999999999999999", Source: "request", Form: "other"}},
		{"-1:-1", "", view.User{Given: "-1:-1", Source: "request", Form: "other"}},
		{" 1001:1001", "", view.User{Given: " 1001:1001", Source: "request", Form: "other", GID: ref[int64](1001)}},
		{"1001:1001 ", "", view.User{Given: "1001:1001 ", Source: "request", Form: "other", UID: ref[int64](1001)}},
		{" ", "", view.User{Given: " ", Source: "request", Form: "other"}},
		{"", "1001:1001", view.User{Given: "1001:1001", Source: "image", Form: "uid:gid", UID: ref[int64](1001), GID: ref[int64](1001)}},
		{"", "agent", view.User{Given: "agent", Source: "image", Form: "name"}},
		{"0:0", "1001:1001", view.User{Given: "0:0", Source: "request", Form: "uid:gid", UID: ref[int64](0), GID: ref[int64](0)}},
		{"", "", view.User{Given: "", Source: "default", Form: "other", UID: ref[int64](0), GID: ref[int64](0)}},
	} {
		t.Run(tc.requested+" over "+tc.image, func(t *testing.T) {
			tc.want.Groups = []string{"docker"}
			req := decode(t, `{"HostConfig":{"GroupAdd":["docker"]}}`)
			req.Config = decode(t, `{"Image":"x"}`).Config
			req.User = tc.requested
			same(t, view.Create(req, view.Params{}, &view.ImageFacts{User: tc.image}, enforcing()).User, tc.want)
		})
	}
}

// TestUserOfAnAbsentImage: without the image there is no telling its user, so nothing is claimed but root.
func TestUserOfAnAbsentImage(t *testing.T) {
	want := view.User{Source: "default", Form: "other", UID: ref[int64](0), GID: ref[int64](0), Groups: []string{}}
	same(t, host(t, `{}`, enforcing()).User, want)
}
