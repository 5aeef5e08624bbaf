package server

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	// jsonschema v6 (Apache-2.0) is JSON schema 2020-12; tests only.
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/tingdong/tingdong/server/api"
)

// spoken are the schemas of what the websockets say, by path.
var spoken = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	for name, text := range map[string][]byte{"openapi.yaml": api.OpenAPI, "asyncapi.yaml": api.AsyncAPI} {
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			return nil, err
		}
		data, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(data)); err != nil {
			return nil, err
		}
		if err := c.AddResource("doc:///"+name, v); err != nil {
			return nil, err
		}
	}
	out := map[string]*jsonschema.Schema{}
	for path, name := range map[string]string{"/v1/listen": "VoiceEvent", "/vosk": "VoskEvent"} {
		s, err := c.Compile("doc:///asyncapi.yaml#/components/schemas/" + name)
		if err != nil {
			return nil, err
		}
		out[path] = s
	}
	return out, nil
})

// conformsMessage checks what a socket said against the AsyncAPI document.
func conformsMessage(t testing.TB, path, message string) {
	t.Helper()
	all, err := spoken()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(message))
	if err == nil {
		err = all[path].Validate(v)
	}
	if err != nil {
		t.Fatalf("%s said %s, which is not as described: %v", path, message, err)
	}
}

// TestMessagesAreDescribed speaks to both doors by the examples of the
// document. What is heard in the other tests of sockets is checked, too.
func TestMessagesAreDescribed(t *testing.T) {
	d := open(t, nil)
	var doc struct {
		Channels   map[string]struct{ Address string }
		Components struct {
			Messages map[string]struct{ Examples []struct{ Payload any } }
		}
	}
	if err := yaml.Unmarshal(api.AsyncAPI, &doc); err != nil {
		t.Fatal(err)
	}
	examples := func(names ...string) (out []frame) {
		for _, n := range names {
			for _, e := range doc.Components.Messages[n].Examples {
				data, err := json.Marshal(e.Payload)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, frame{websocket.TextMessage, data}, frame{websocket.BinaryMessage, make([]byte, 3200)})
			}
		}
		return out
	}
	if doc.Channels["voice"].Address != "/v1/listen" || doc.Channels["vosk"].Address != "/vosk" {
		t.Errorf("channels: %v", doc.Channels)
	}
	for path, frames := range map[string][]frame{"/v1/listen": examples("start", "command"), "/vosk": examples("voskCommand")} {
		code, said := visit(t, d.addr, path, frames)
		if code != websocket.CloseNormalClosure || len(said) == 0 {
			t.Errorf("%s: closed with %d after %q", path, code, said)
		}
		checkEnd(t, path, frames, code, said)
	}
}

// TestDescriptionsRefuseOthers: the schemas are closed, or no test could fail
// by them.
func TestDescriptionsRefuseOthers(t *testing.T) {
	all, err := spoken()
	if err != nil {
		t.Fatal(err)
	}
	for path, message := range map[string]string{
		"/v1/listen": `{"type":"ready","session":"x","seq":1,"sample_rate":16000,"max_seconds":60,"more":1}`,
		"/vosk":      `{"partial":"","more":1}`,
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(message))
		if err != nil || all[path].Validate(v) == nil {
			t.Errorf("%s may say %s (%v)", path, message, err)
		}
	}
}
