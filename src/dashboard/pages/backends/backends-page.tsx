import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function BackendsPage(): ReactElement {
  return <Page title="Backends">{undefined}</Page>;
}
