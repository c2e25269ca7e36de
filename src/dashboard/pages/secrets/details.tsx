import { ChevronRight } from 'lucide-react';
import { useState, type ReactElement, type ReactNode } from 'react';

interface DetailsProps {
  readonly className: string | undefined;
  /** Whether it is expanded at first. */
  readonly isOpen: boolean;
  readonly title: ReactNode;
  readonly children: ReactNode;
}

/** What is not expanded is not in the document. */
export function Details({ className, isOpen, title, children }: DetailsProps): ReactElement {
  const [isExpanded, setExpanded] = useState(isOpen);
  return (
    <details
      className={className}
      open={isExpanded}
      onToggle={(event) => {
        setExpanded(event.currentTarget.open);
      }}
    >
      <summary>
        <ChevronRight aria-hidden />
        {title}
      </summary>
      {isExpanded ? children : undefined}
    </details>
  );
}
