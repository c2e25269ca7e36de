// Prints each value of the list on standard input in Go's ways, as [dialect, value's number, output].
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"os"
	"regexp"
)

func marshal(value any) string {
	out, _ := json.Marshal(value)
	return string(out)
}

var dialects = map[string]func(string) string{
	"json.Marshal":           func(v string) string { return marshal(v) },
	"json.Marshal of itself": func(v string) string { return marshal(marshal(map[string]string{"key": v})) },
	"json, no HTML": func(v string) string {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(v)
		return out.String()
	},
	"%q":                     func(v string) string { return fmt.Sprintf("%q", v) },
	"%+q":                    func(v string) string { return fmt.Sprintf("%+q", v) },
	"%#v":                    func(v string) string { return fmt.Sprintf("%#v", map[string]string{"key": v}) },
	"%q of JSON":             func(v string) string { return fmt.Sprintf("%q", marshal(v)) },
	"%x":                     func(v string) string { return fmt.Sprintf("%x", v) },
	"% X":                    func(v string) string { return fmt.Sprintf("% X", v) },
	"QueryEscape":            url.QueryEscape,
	"PathEscape":             url.PathEscape,
	"userinfo":               func(v string) string { return url.UserPassword("", v).String() },
	"path of a URL":          func(v string) string { return (&url.URL{Path: "/" + v}).EscapedPath() },
	"fragment of a URL":      func(v string) string { return (&url.URL{Fragment: v}).EscapedFragment() },
	"regexp.QuoteMeta":       regexp.QuoteMeta,
	"html.EscapeString":      html.EscapeString,
	"template.HTMLEscape":    template.HTMLEscapeString,
	"xml.EscapeText": func(v string) string {
		var out bytes.Buffer
		_ = xml.EscapeText(&out, []byte(v))
		return out.String()
	},
	"base64":                 func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
	"base64 raw URL":         func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte("u:" + v)) },
	"base64 of JSON":         func(v string) string { return base64.StdEncoding.EncodeToString([]byte(marshal(v))) },
}

func main() {
	var values []string
	if err := json.NewDecoder(os.Stdin).Decode(&values); err != nil {
		panic(err)
	}
	out := [][]any{}
	for name, write := range dialects {
		for i, value := range values {
			out = append(out, []any{name, i, write(value)})
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(out)
}
