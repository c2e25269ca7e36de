import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function AuditPage(): ReactElement {
  return <Page title="Audit">{undefined}</Page>;
}
