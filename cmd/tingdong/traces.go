package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	// OpenTelemetry's SDK and OTLP exporter over HTTP, v1.47 (Apache-2.0).
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// openTraces sends spans to the collector at endpoint until stop, which sends
// what is left. Without an endpoint there are none.
func openTraces(ctx context.Context, endpoint string) (p trace.TracerProvider, stop func(), err error) {
	if endpoint == "" {
		return nil, func() {}, nil
	}
	exp, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint), otlptracehttp.WithTimeout(5*time.Second))
	if err != nil {
		return nil, nil, fmt.Errorf("--otlp-endpoint %s: %w", endpoint, err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("traces are lost", "error", err) }))
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exp, sdk.WithMaxQueueSize(4096)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "tingdong"))))
	return provider, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			slog.Warn("the last traces are lost", "error", err)
		}
	}, nil
}
