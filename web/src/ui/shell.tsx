// The frame around every page: language, colours, messages. A page's script is
//
//     mount(<MyPage />);
//
// and its entry in build.mjs makes an HTML file of it.

import { render, type ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { fetchSession, mayBeSignedIn, signInAddress } from '../account';
import { accountStrings } from '../account_strings';
import { ApiError } from '../api';
import { commonStrings } from '../common_strings';
import {
  findLanguage,
  kLanguages,
  LocaleContext,
  rememberLanguage,
  useStrings,
  type Tag,
} from '../locale';
import { addressOf, linkBase } from '../route';
import { recallOneOf, store } from '../settings';
import { Icon } from './icons';
import { Menu } from './menu';
import { Toasts } from './toast';
import './base.css';

const kThemes = ['system', 'light', 'dark'] as const;
type Theme = (typeof kThemes)[number];

function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function mount(page: ComponentChildren): void {
  applyTheme(recallOneOf('theme', kThemes));
  const root = document.getElementById('app');
  if (root) render(<Shell>{page}</Shell>, root);
}

function Shell({ children }: { readonly children: ComponentChildren }) {
  const [language, setLanguage] = useState(findLanguage);
  const locale = useMemo(
    () => ({
      ...language,
      choose(tag: Tag) {
        rememberLanguage(tag);
        setLanguage(findLanguage());
      },
    }),
    [language],
  );
  useEffect(() => {
    document.documentElement.lang = locale.tag;
  }, [locale.tag]);
  return (
    <LocaleContext.Provider value={locale}>
      <Toasts>
        <Top />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </Toasts>
    </LocaleContext.Provider>
  );
}

function Top() {
  const { tag, strings, choose } = useStrings(commonStrings);
  const [theme, setTheme] = useState(() => recallOneOf('theme', kThemes));
  const names: Record<Theme, string> = {
    system: strings.asSystem,
    light: strings.light,
    dark: strings.dark,
  };
  return (
    <>
      <a class="skip" href="#content">
        {strings.skip}
      </a>
      <header class="top">
        <a class="brand" href={addressOf('/', location.pathname)}>
          matinee
        </a>
        <span class="space" />
        <Who />
        <Menu
          name="theme"
          label={strings.appearance}
          chosen={theme}
          items={kThemes.map((value) => ({ value, text: names[value] }))}
          onChoose={(value) => {
            store('theme', value);
            applyTheme(value);
            setTheme(value);
          }}
        >
          <Icon name="theme" />
        </Menu>
        <Menu
          name="language"
          label={strings.language}
          chosen={tag}
          items={kLanguages.map(({ tag: value, name }) => ({ value, text: name, language: value }))}
          onChoose={choose}
        >
          <Icon name="language" />
        </Menu>
      </header>
    </>
  );
}

/** Who is signed in, and the way to sign in. The studio has that in its own bar; who came by a link needs none. */
function Who() {
  const { strings } = useStrings(accountStrings);
  const [name, setName] = useState('');
  const { pathname } = location;
  const shown = linkBase(pathname) === '' && !/^\/(studio|sign-in|setup)(\/|$)/.test(pathname);
  useEffect(() => {
    if (!shown || !mayBeSignedIn()) return undefined;
    const abort = new AbortController();
    fetchSession(abort.signal).then(
      (session) => setName(session.name),
      (error: unknown) => {
        // Not known: the page itself says what is the matter.
        if (!(error instanceof ApiError) && !abort.signal.aborted) throw error;
      },
    );
    return () => abort.abort();
  }, [shown]);
  if (!shown) return null;
  return (
    <a class="who" href={name ? '/sign-in' : signInAddress(pathname)} aria-label={name ? `${strings.account}: ${name}` : undefined}>
      {name || strings.signIn}
    </a>
  );
}
