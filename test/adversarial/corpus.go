package adversarial

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

//go:embed testdata
var files embed.FS

// Denied returns every request that must not pass.
func Denied() ([]Case, error) {
	cases, err := read("denied")
	if err != nil {
		return nil, err
	}
	return unique(append(cases, spellings()...))
}

// Admitted returns every request that must pass, in the order in which they are to be sent.
func Admitted() ([]Case, error) {
	cases, err := read("admitted")
	if err != nil {
		return nil, err
	}
	return unique(cases)
}

func unique(cases []Case) ([]Case, error) {
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Name()] {
			return nil, fmt.Errorf("corpus: %s stands twice", c.Name())
		}
		seen[c.Name()] = true
	}
	return cases, nil
}

func read(folder string) ([]Case, error) {
	dir := path.Join("testdata", folder)
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read corpus: %w", err)
	}
	var cases []Case
	for _, entry := range entries {
		text, err := files.ReadFile(path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read corpus: %w", err)
		}
		stem := strings.TrimSuffix(entry.Name(), ".txt")
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimRight(line, "\n")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			c, err := parse(stem, strings.Split(line, " | "))
			if err != nil {
				return nil, fmt.Errorf("%s/%s:%d: %w", folder, entry.Name(), number, err)
			}
			c.Family = folder + "/" + stem
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func parse(stem string, columns []string) (Case, error) {
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	c := Case{Outcome: columns[0], describe: strings.Join(columns[1:], " | ")}
	switch stem {
	case "creates":
		if len(columns) != 2 {
			return c, fmt.Errorf("%d columns, want 2", len(columns))
		}
		body, query, err := changed(columns[1])
		c.Line, c.Body = "POST {v}/containers/create"+query, body
		return c, err
	case "bodies":
		if len(columns) != 4 {
			return c, fmt.Errorf("%d columns, want 4", len(columns))
		}
		c.Line = columns[1]
		body, err := placed(columns[2], columns[3])
		c.Body = body
		return c, err
	}
	if len(columns) < 2 || len(columns) > 4 {
		return c, fmt.Errorf("%d columns, want 2 to 4", len(columns))
	}
	c.Line = columns[1]
	if len(columns) > 2 && columns[2] != "-" {
		c.Body = columns[2]
	}
	if len(columns) == 4 {
		c.Headers = strings.Split(columns[3], " ;; ")
	}
	return c, nil
}

// Conforming is the body of a create that every rule admits, once its words are filled in.
const Conforming = `{"Image":"{worker}","User":"1001:1001","HostConfig":{"ReadonlyRootfs":true,"CapDrop":["ALL"],` +
	`"SecurityOpt":["no-new-privileges"],"Memory":67108864,"MemorySwap":67108864,"NanoCpus":500000000,"PidsLimit":64,` +
	`"NetworkMode":"none","Tmpfs":{"/tmp":"size=16m,noexec,nosuid,nodev"}}}`

// changed applies changes to the conforming create.
func changed(changes string) (body, query string, err error) {
	var document map[string]any
	decoder := json.NewDecoder(strings.NewReader(Conforming))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return "", "", err
	}
	for change := range strings.SplitSeq(changes, "; ") {
		if strings.HasPrefix(change, "?") {
			query = change
			continue
		}
		at, remove := strings.CutPrefix(change, "-")
		at, text, set := strings.Cut(at, "=")
		if set == remove {
			return "", "", fmt.Errorf("change %q: want -path or path=JSON", change)
		}
		var value any
		if set {
			decoder := json.NewDecoder(strings.NewReader(text))
			decoder.UseNumber()
			if err := decoder.Decode(&value); err != nil {
				return "", "", fmt.Errorf("change %q: %w", change, err)
			}
		}
		keys := strings.Split(at, ".")
		object := document
		for _, key := range keys[:len(keys)-1] {
			next, ok := object[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				object[key] = next
			}
			object = next
		}
		if remove {
			delete(object, keys[len(keys)-1])
		} else {
			object[keys[len(keys)-1]] = value
		}
	}
	text, err := json.Marshal(document)
	return string(text), query, err
}

// placed puts text into the conforming create: at the top, inside HostConfig, behind it, or in its place.
func placed(place, text string) (string, error) {
	switch place {
	case "top":
		return "{" + text + "," + Conforming[1:], nil
	case "end":
		return strings.TrimSuffix(Conforming, "}") + "," + text + "}", nil
	case "host":
		return strings.Replace(Conforming, `"HostConfig":{`, `"HostConfig":{`+text+",", 1), nil
	case "before":
		return text + Conforming, nil
	case "after":
		return Conforming + text, nil
	case "whole":
		return text, nil
	}
	return "", fmt.Errorf("place %q: want top, end, host, before, after or whole", place)
}
