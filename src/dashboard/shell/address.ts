import { createContext, use } from 'react';
import { useLocation, useSearchParams } from 'wouter';

export const OrganizationContext = createContext('default');

/** The organization in the address bar. */
export function useOrganization(): string {
  return use(OrganizationContext);
}

/** Makes addresses of this organization's pages. */
export function usePlaces(): (path: string) => string {
  const organization = useOrganization();
  return (path) => `/orgs/${encodeURIComponent(organization)}/${path}`;
}

/** A scope appears in the address as the command line writes it. */
export function scopeInAddress(scope: string): string {
  return scope.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
}

/** Decodes a part of an address, which may have been written by hand. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What the drawer shows is in the address, so that it can be shared. */
export function useDrawer(): {
  readonly shown: URLSearchParams;
  readonly open: (what: Readonly<Record<string, string>>) => void;
  readonly close: () => void;
} {
  const [shown, setShown] = useSearchParams();
  return {
    shown,
    open: (what) => {
      setShown(what);
    },
    close: () => {
      setShown({});
    },
  };
}

export function useGo(): (path: string) => void {
  const [, navigate] = useLocation();
  const place = usePlaces();
  return (path) => {
    navigate(place(path));
  };
}
