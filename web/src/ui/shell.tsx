// The pages' entry point: finds out which page this is, and shows it.

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { chooseLocale, findLocale, LocaleContext } from './locale';
import { linkBase, parseRoute } from './route';
import { kLanguages } from './strings';
import { ChannelList } from './views/channel_list';
import { Watch } from './views/watch';

function Page() {
  const [locale, setLocale] = useState(findLocale);
  const route = parseRoute(location.pathname);
  const { strings } = locale;

  useEffect(() => {
    document.documentElement.lang = locale.tag;
  }, [locale.tag]);

  return (
    <LocaleContext.Provider value={locale}>
      <header class="top">
        <a class="brand" href={`${linkBase(location.pathname)}/`}>
          matinee
        </a>
        <label class="language">
          <span class="unseen">{strings.language}</span>
          <select
            value={locale.tag}
            onChange={(event) => setLocale(chooseLocale(event.currentTarget.value))}
          >
            {kLanguages.map(({ tag, name }) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <main>
        {route.page === 'channels' && <ChannelList />}
        {route.page === 'watch' && <Watch id={route.channel} />}
        {route.page === 'unknown' && <p class="notice">{strings.noSuchPage}</p>}
      </main>
    </LocaleContext.Provider>
  );
}

const root = document.getElementById('app');
if (root) render(<Page />, root);
