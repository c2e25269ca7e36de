import type { RequestObserver } from '../orchestrator/http/request-observer.ts';
import type { boundedNames } from './bounded-names.ts';
import type { Instruments } from './instruments.ts';
import type { Spans } from './spans.ts';

/** The methods that HTTP defines (RFC 9110, RFC 5789); a parser lets others through. */
const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/** Each request as a metric and a span; what its URL names shows in neither. */
export function observeRequests(
  { add, record, observe }: Instruments,
  spans: Spans | undefined,
  organizationLabel: ReturnType<typeof boundedNames>,
): RequestObserver {
  let active = 0;
  observe('http_server_active_requests', (tell) => {
    tell(active, {});
  });
  return {
    begin({ id, method, route, operation, headers }) {
      const started = performance.now();
      active += 1;
      const labels = {
        http_request_method: methods.has(method) ? method : '_OTHER',
        http_route: route ?? 'none',
        kici_operation: operation ?? 'none',
      };
      const span = spans?.request(
        `${labels.http_request_method} ${labels.http_route}`,
        {
          'http.request.method': labels.http_request_method,
          'http.route': labels.http_route,
          'kici.operation': labels.kici_operation,
          'kici.request.id': id,
        },
        headers['traceparent'],
      );
      return {
        run: (work) => (span === undefined ? work() : span.run(work)),
        end(status) {
          active -= 1;
          const http_response_status_code = status === undefined ? 'none' : String(status);
          const seconds = (performance.now() - started) / 1_000;
          record('http_server_request_duration_seconds', seconds, { ...labels, http_response_status_code });
          if (operation === 'jobs.open' && status === 200) add('kici_jobs_opened_total', {});
          span?.end(
            status === undefined ? {} : { 'http.response.status_code': status },
            status === undefined ? 'client_left' : status >= 500 ? String(status) : undefined,
          );
        },
      };
    },
    lined(lines) {
      const both = [
        ['kici_requests_running', 'running'],
        ['kici_requests_waiting', 'waiting'],
      ] as const;
      for (const [name, which] of both) {
        // Who has been seen stays, at zero: a series that comes and goes cannot be averaged.
        const sums = new Map([[organizationLabel('default'), 0]]);
        observe(name, (tell) => {
          for (const organization of sums.keys()) sums.set(organization, 0);
          for (const line of lines()) {
            const organization = organizationLabel(line.organization);
            sums.set(organization, (sums.get(organization) ?? 0) + line[which]);
          }
          for (const [organization, sum] of sums) tell(sum, { organization });
        });
      }
    },
  };
}
