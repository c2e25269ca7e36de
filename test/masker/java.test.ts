import { createMasker } from '@kici-dev/secret-masker';
import { expect, it } from 'vitest';
import { valueClasses } from './support/values.ts';

const specials = valueClasses['specials'] ?? '';

// As OpenJDK 17 and Gson 2.11 print it; the suite needs no JDK.
it.each([
  [
    'Properties.store',
    String.raw`pA5s\!word"with'all\#of$them%and&more(in)a*row+x,y;z<a>b\=c?d@e[f]g\\h^i_j${'`'}k{l|m}n~o\:p/q end`,
  ],
  [
    'URI, path',
    String.raw`pA5s!word%22with'all%23of$them%25and&more(in)a*row+x,y;z%3Ca%3Eb=c%3Fd@e%5Bf%5Dg%5Ch%5Ei_j%60k%7Bl%7Cm%7Dn~o:p/q%20end`,
  ],
  [
    'URI, query',
    String.raw`pA5s!word%22with'all%23of$them%25and&more(in)a*row+x,y;z%3Ca%3Eb=c?d@e[f]g%5Ch%5Ei_j%60k%7Bl%7Cm%7Dn~o:p/q%20end`,
  ],
  [
    'URLEncoder',
    'pA5s%21word%22with%27all%23of%24them%25and%26more%28in%29a*row%2Bx%2Cy%3Bz%3Ca%3Eb%3Dc%3Fd%40e%5Bf%5Dg%5Ch%5Ei_j%60k%7Bl%7Cm%7Dn%7Eo%3Ap%2Fq+end',
  ],
  [
    'Gson',
    String.raw`pA5s!word\"with\u0027all#of$them%and\u0026more(in)a*row+x,y;z\u003ca\u003eb\u003dc?d@e[f]g\\h^i_j${'`'}k{l|m}n~o:p/q end`,
  ],
])('what Java prints by %s is masked', (_, printed) => {
  const masker = createMasker();
  masker.add(Buffer.from(specials));
  expect(masker.mask(`key=${printed};`)).toBe('key=***;');
});
