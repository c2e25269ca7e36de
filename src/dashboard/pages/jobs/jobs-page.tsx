import type { ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Command } from '../../ui/copy.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { Time } from '../../ui/time.tsx';

/** What is running now, and which keys it has read. */
export default function JobsPage(): ReactElement {
  const organization = useOrganization();
  const listed = useRead('jobs.list', {});
  return (
    <Page
      title="Jobs"
      data={listed.data}
      lead="Jobs whose sessions are open now, with the keys that they have asked for."
    >
      <Result of={listed} what="the jobs">
        {({ jobs }) =>
          jobs.length === 0 ? (
            <Empty title="No job is open">
              <p>A job shows here from its start to its end, with each key that it asks for.</p>
              <div>
                <Command text={commandLine(organization, 'jobs.list', {})} />
              </div>
            </Empty>
          ) : (
            <table className={pageStyles['table']}>
              <thead>
                <tr>
                  <th scope="col">Workflow</th>
                  <th scope="col">Job</th>
                  <th scope="col">Environment</th>
                  <th scope="col">Opened with</th>
                  <th scope="col">Opened</th>
                  <th scope="col">Keys asked for</th>
                </tr>
              </thead>
              <tbody>
                {jobs.map((one) => (
                  <tr key={one.id}>
                    <td>{one.workflow}</td>
                    <td>{one.job}</td>
                    <td>{one.environment}</td>
                    <td>{one.token}</td>
                    <td>
                      <Time at={one.openedAt} />
                    </td>
                    <td className={pageStyles['mono']}>
                      {one.keys.length === 0 ? (
                        <span className={pageStyles['soft']}>none yet</span>
                      ) : (
                        one.keys.join(', ')
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Result>
    </Page>
  );
}
