import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** A span that others can lie in. */
export interface OpenSpan {
  readonly run: <T>(work: () => T) => T;
  /** @param problem a code; default: it went well */
  end(attributes: Attributes, problem?: string): void;
}

/** Spans of requests and of what is done for them; work that belongs to no request has none. */
export interface Spans {
  /** @param parent a W3C `traceparent` of the client */
  request(name: string, attributes: Attributes, parent: unknown): OpenSpan;
  /** @returns `undefined` outside requests, and in those that are not sampled */
  step(name: string, kind: 'internal' | 'client', attributes: Attributes): OpenSpan | undefined;
  /** A step that is over. */
  done(name: string, attributes: Attributes, ms: number, problem?: string): void;
}

interface Place {
  readonly context: Context;
  /** Of the request: a timer that it has started may outlive it. */
  readonly request: { isOver: boolean };
}

/** None of OpenTelemetry's global state is used, so that several servers in one process do not meet. */
export function createSpans(tracer: Tracer): Spans {
  const places = new AsyncLocalStorage<Place>();

  function open(span: Span, parent: Context, request: Place['request']): OpenSpan {
    const place = { context: trace.setSpan(parent, span), request };
    return {
      run: (work) => places.run(place, work),
      end(attributes, problem) {
        finish(span, attributes, problem);
      },
    };
  }

  function here(): Place | undefined {
    const place = places.getStore();
    return place === undefined || place.request.isOver || trace.getSpan(place.context)?.isRecording() !== true
      ? undefined
      : place;
  }

  return {
    request(name, attributes, parent) {
      const remote = typeof parent === 'string' ? parseTraceParent(parent) : null;
      const context =
        remote === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
      const request = { isOver: false };
      const span = open(tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, context), context, request);
      return {
        run: span.run,
        end(added, problem) {
          request.isOver = true;
          span.end(added, problem);
        },
      };
    },
    step(name, kind, attributes) {
      const place = here();
      if (place === undefined) return undefined;
      const options = { kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes };
      return open(tracer.startSpan(name, options, place.context), place.context, place.request);
    },
    done(name, attributes, ms, problem) {
      const place = here();
      if (place === undefined) return;
      const options = { kind: SpanKind.CLIENT, attributes, startTime: Date.now() - ms };
      finish(tracer.startSpan(name, options, place.context), {}, problem);
    },
  };
}

/** Only a code of ours: the text of an error may quote what a service has said. */
function finish(span: Span, attributes: Attributes, problem: string | undefined): void {
  span.setAttributes(attributes);
  if (problem !== undefined) {
    span.setAttribute('error.type', problem);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
