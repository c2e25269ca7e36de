import type { ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Command } from '../../ui/copy.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { visible } from '../../ui/visible.ts';
import { Time } from '../../ui/time.tsx';
import { Table } from '../../ui/table.tsx';

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
            <Table headings={['Workflow', 'Job', 'Environment', 'Opened with', 'Opened', 'Keys asked for']}>
              {jobs.map((one) => (
                <tr key={one.id}>
                  <td className={pageStyles['name']}>{visible(one.workflow)}</td>
                  <td className={pageStyles['name']} data-label="job">
                    {visible(one.job)}
                  </td>
                  <td className={pageStyles['name']} data-label="environment">
                    {visible(one.environment)}
                  </td>
                  <td className={pageStyles['name']} data-label="by">
                    {visible(one.token)}
                  </td>
                  <td data-label="opened">
                    <Time at={one.openedAt} />
                  </td>
                  <td className={pageStyles['mono']} data-label="keys">
                    {one.keys.length === 0 ? <span className={pageStyles['soft']}>none yet</span> : one.keys.join(', ')}
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Result>
    </Page>
  );
}
