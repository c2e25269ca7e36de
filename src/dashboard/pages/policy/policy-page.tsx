import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function PolicyPage(): ReactElement {
  return <Page title="Policy">{undefined}</Page>;
}
