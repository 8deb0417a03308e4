package body_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/volume"

	"github.com/airlock-gate/airlock/plugin/body"
)

// decoder decodes into one type of the engine, as this package does and as the engine does.
type decoder struct {
	typ    reflect.Type
	decode func([]byte) (any, error)
	engine func([]byte) (any, error)
}

func decoderOf[T any](t testing.TB) decoder {
	t.Helper()
	shape, err := body.NewShape(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return decoder{
		reflect.TypeFor[T](),
		func(raw []byte) (any, error) { return body.Decode[T](raw, shape) },
		func(raw []byte) (any, error) {
			value := new(T)
			return value, json.Unmarshal(raw, value)
		},
	}
}

// kinds has every kind of value that bodies have, and some that they do not have yet.
type kinds struct {
	*Embedded
	Nested
	Text    string              `json:"text"`
	Named   named               `json:"named"`
	Bool    *bool               `json:"bool"`
	Small   int8                `json:"small"`
	Wide    *int64              `json:"wide"`
	Count   uint16              `json:"count"`
	Ratio   float32             `json:"ratio"`
	Exact   *float64            `json:"exact"`
	Bytes   []byte              `json:"bytes"`
	Pair    [2]uint             `json:"pair"`
	Texts   []string            `json:"texts"`
	Names   []named             `json:"names"`
	Lists   [][]string          `json:"lists"`
	Objects []Nested            `json:"objects"`
	Links   []*Nested           `json:"links"`
	Labels  map[string]string   `json:"labels"`
	Set     map[string]struct{} `json:"set"`
	Sizes   map[named]*int64    `json:"sizes"`
	Options map[string][]string `json:"options"`
	Deep    map[string]*Nested  `json:"deep"`
	Ports   network.PortMap     `json:"ports"`
	Open    network.PortSet     `json:"open"`
	MAC     network.HardwareAddr
	Link    **Nested
}

type (
	named    string
	Embedded struct{ Inner, Other string }
	Nested   struct {
		A string   `json:"a"`
		N *int     `json:"n"`
		L []string `json:"l"`
	}
)

// engineTypes is every type that a body is decoded into, and one made for the test.
func engineTypes(t testing.TB) map[string]decoder {
	t.Helper()
	return map[string]decoder{
		"kinds":              decoderOf[kinds](t),
		"container create":   decoderOf[container.CreateRequest](t),
		"container update":   decoderOf[container.UpdateConfig](t),
		"exec create":        decoderOf[container.ExecCreateRequest](t),
		"exec start":         decoderOf[container.ExecStartRequest](t),
		"network create":     decoderOf[network.CreateRequest](t),
		"network connect":    decoderOf[network.ConnectRequest](t),
		"network disconnect": decoderOf[network.DisconnectRequest](t),
		"volume create":      decoderOf[volume.CreateRequest](t),
		"service":            decoderOf[swarm.ServiceSpec](t),
		"secret":             decoderOf[swarm.SecretSpec](t),
		"config":             decoderOf[swarm.ConfigSpec](t),
		"node":               decoderOf[swarm.NodeSpec](t),
		"swarm init":         decoderOf[swarm.InitRequest](t),
		"swarm unlock":       decoderOf[swarm.UnlockRequest](t),
	}
}

// agree fails unless a body that is admitted is what the engine makes of it, and reports whether it is.
func (d decoder) agree(t testing.TB, raw []byte) bool {
	t.Helper()
	given := bytes.Clone(raw)
	got, err := d.decode(raw)
	if !bytes.Equal(raw, given) {
		t.Fatalf("%s: the body was changed", given)
	}
	if err != nil {
		if v := reflect.ValueOf(got); !v.IsNil() {
			t.Fatalf("%s: refused, and decoded to %+v", raw, got)
		}
		return false
	}
	want, err := d.engine(raw)
	if err != nil {
		t.Fatalf("%s: admitted, but the engine refuses: %v", raw, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: got %s, the engine sees %s", raw, shown(t, got), shown(t, want))
	}
	return true
}

func shown(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDecodesAsTheEngine makes up bodies by the types that the engine decodes into, most of them right, and compares what is
// made of them.
func TestDecodesAsTheEngine(t *testing.T) {
	all := engineTypes(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, r, admitted := all[name], rand.New(rand.NewPCG(5, 6)), 0
			for range 6000 {
				var text strings.Builder
				invent(r, &text, d.typ, 0)
				if d.agree(t, []byte(text.String())) {
					admitted++
				}
			}
			if admitted < 400 {
				t.Errorf("%d bodies admitted: the comparison says little", admitted)
			}
		})
	}
}

// FuzzDecodesAsTheEngine compares any body, as each of the types.
func FuzzDecodesAsTheEngine(f *testing.F) {
	for _, pattern := range []string{"create/*.json", "other/*.json", "swarm/*.json"} {
		for _, raw := range clientBodies(f, pattern) {
			f.Add(raw)
		}
	}
	all, r := engineTypes(f), rand.New(rand.NewPCG(7, 8))
	for _, d := range all {
		for range 4 {
			var text strings.Builder
			invent(r, &text, d.typ, 0)
			f.Add([]byte(text.String()))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, d := range all {
			d.agree(t, raw)
		}
	})
}

// strange are texts that decoders have to look at twice.
var strange = []string{
	`"a"`, `""`, `"host"`, `"\u0041\n\"\\\/"`, `"é"`, `"\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"", `"80/tcp"`, `"80"`, `"10.0.0.1"`,
	`"fd00::1"`, `"10.0.0.0/8"`, `"02:42:ac:11:00:02"`, `"AAEC"`, `"_-8="`, `"\u2028"`, `"a:b"`,
}

// invent writes a value of a type: one of its kind mostly, null or of another kind now and then.
func invent(r *rand.Rand, to *strings.Builder, t reflect.Type, depth int) {
	if depth > 0 && r.IntN(40) == 0 {
		to.WriteString("null")
		return
	}
	if depth > 0 && r.IntN(400) == 0 {
		to.WriteString(odd[r.IntN(len(odd))])
		return
	}
	several := 0
	if depth < 6 {
		several = r.IntN(4)
	}
	switch t.Kind() {
	case reflect.Pointer:
		invent(r, to, t.Elem(), depth)
	case reflect.Struct:
		if reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()) {
			to.WriteString(strange[r.IntN(len(strange))])
			return
		}
		to.WriteByte('{')
		separator := ""
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || !f.IsExported() || f.Anonymous && name == "" || r.IntN(max(4, t.NumField()/4)) > 1 {
				continue
			}
			if name == "" {
				name = f.Name
			}
			to.WriteString(separator + `"` + name + `":`)
			invent(r, to, f.Type, depth+1)
			separator = []string{",", " ,\n"}[r.IntN(2)]
		}
		to.WriteByte('}')
	case reflect.Map:
		to.WriteByte('{')
		for i := range several {
			if i > 0 {
				to.WriteByte(',')
			}
			to.WriteString(strange[r.IntN(len(strange))])
			to.WriteByte(':')
			invent(r, to, t.Elem(), depth+1)
		}
		to.WriteByte('}')
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			to.WriteString(strange[r.IntN(len(strange))])
			return
		}
		if t.Kind() == reflect.Array {
			several = t.Len() - r.IntN(20)/19
		}
		to.WriteByte('[')
		for i := range several * (1 + r.IntN(3)) {
			if i > 0 {
				to.WriteByte(',')
			}
			if t.Kind() == reflect.Array && i == several {
				break
			}
			invent(r, to, t.Elem(), depth+1)
		}
		to.WriteByte(']')
	case reflect.String:
		to.WriteString(strange[r.IntN(len(strange))])
	case reflect.Bool:
		to.WriteString([]string{"true", "false"}[r.IntN(2)])
	case reflect.Float32, reflect.Float64:
		to.WriteString([]string{"0", "-0", "1.5", "-2e3", "1e-7", "16777217", "3.4e38"}[r.IntN(7)])
	default:
		to.WriteString([]string{"0", "-0", "1", "7", "127", "255", "9999", "10000", "65535", "-1", "4294967296",
			"9223372036854775807"}[r.IntN(12)])
	}
}
