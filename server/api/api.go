// Package api is the description of the service's doors for programs: the
// HTTP routes as OpenAPI 3.1, the websocket messages as AsyncAPI 3.0. The
// tests of package server hold both against the running service.
package api

import _ "embed"

// OpenAPI is the document at /openapi.yaml.
//
//go:embed openapi.yaml
var OpenAPI []byte

// AsyncAPI is the document at /asyncapi.yaml.
//
//go:embed asyncapi.yaml
var AsyncAPI []byte
