// A remark of the server, in the reader's language as far as its words are known.

import { useLocale } from '../locale';
import { ServerText } from '../ui/server_text';
import { told, type Meanings } from './server_texts';

export function Told(props: { readonly meanings: Meanings; readonly code: string; readonly message: string }) {
  const { tag } = useLocale();
  const { text, english } = told(props.meanings, props.code, props.message, tag);
  return (
    <>
      {text}
      {text && english && ' · '}
      {english && <ServerText>{english}</ServerText>}
    </>
  );
}
