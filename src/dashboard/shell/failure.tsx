import { Component, type ReactNode } from 'react';
import { ErrorNotice } from '../ui/notice.tsx';
import { pageStyles } from '../ui/page.tsx';

interface FailureProps {
  readonly children: ReactNode;
  /** Shown instead of the fault, where there is no room for one. */
  readonly instead?: ReactNode;
}

/** A fault takes down only the page that has it; the rail still works. */
export class FailureBoundary extends Component<FailureProps, { readonly error: unknown }> {
  override readonly state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    if (this.props.instead !== undefined) return this.props.instead;
    return (
      <div className={pageStyles['padded']} style={{ paddingTop: 24 }}>
        <ErrorNotice
          error={this.state.error}
          retry={() => {
            this.setState({ error: undefined });
          }}
        />
      </div>
    );
  }
}
