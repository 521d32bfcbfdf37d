// Words of the server on a page. They are English whatever the page is in, and marked so: screen readers read
// them as that, and browsers break them and choose their letters accordingly.

import { Fragment, type VNode } from 'preact';

/** A text of a page, perhaps with the server's words in it. Empty for nothing. */
export type Said = string | VNode;

export function ServerText({ children }: { readonly children: string }) {
  return <span lang="en">{children}</span>;
}

/** As fill() of text.ts, for values that are not plain text. */
export function fillWith(text: string, values: Readonly<Record<string, Said>>): VNode {
  const parts = text.split(/\{(\w+)\}/); // names at odd places
  return (
    <>
      {parts.map((part, at) => (
        <Fragment key={at}>{at % 2 === 1 ? (values[part] ?? `{${part}}`) : part}</Fragment>
      ))}
    </>
  );
}
