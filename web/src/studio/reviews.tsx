// Review rounds, set up: what is judged, by which criteria, by whom.

import { useCallback, useState } from 'preact/hooks';
import { kLanguages, useStrings } from '../locale';
import { fill, pickText, plural } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { CriteriaEditor } from './review_criteria';
import { useLooks } from './review_live';
import { ReviewRoundView } from './review_setup';
import { criteriaOf, filled, problemsOf, usualCriteria, type CriterionDraft } from './review_round';
import { reviewsStrings } from './reviews_strings';
import { createRound, fetchRounds } from './rooms_api';
import { StudioLink } from './link';
import { useLoaded } from './live';
import { useNavigation } from './navigation';
import { slug } from './playlist';
import { studioAddress } from './route';
import { useAsked } from './session';
import { studioStrings } from './strings';

export function Reviews() {
  const { route } = useNavigation();
  return route.subject ? <ReviewRoundView key={route.subject} id={route.subject} /> : <RoundList />;
}

function RoundList() {
  const { strings, languages, tag } = useStrings(reviewsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [making, setMaking] = useState(false);
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchRounds(signal), []),
    (type) => type === 'review',
  );
  useLooks(reload);
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  return (
    <>
      <div class="head">
        <h1>{studio.reviews}</h1>
        <Button kind="primary" onClick={() => setMaking(true)}>
          {strings.newRound}
        </Button>
      </div>
      {error && <ServerSilent />}
      {value.length === 0 && (
        <section class="empty-room">
          <p class="title">{strings.none}</p>
          <p>{strings.noneHint}</p>
        </section>
      )}
      <ul class="playlists">
        {value.map(({ id, titles, closed, criteria }) => (
          <li key={id} class="card" data-round={id}>
            <h2>
              <StudioLink to={studioAddress('reviews', id)}>{pickText(titles, languages) || id}</StudioLink>
            </h2>
            <p class="badges">
              <span class={`badge ${closed ? 'quiet' : 'good'}`}>{closed ? strings.closed : strings.open}</span>
            </p>
            <p class="soft small">
              {fill(plural(strings.criteriaCount, criteria.length, tag), { n: criteria.length })}:{' '}
              {criteria.map(({ names, id: criterion }) => pickText(names, languages) || criterion).join(', ')}
            </p>
          </li>
        ))}
      </ul>
      {making && <NewRound onClose={() => setMaking(false)} />}
    </>
  );
}

function NewRound({ onClose }: { readonly onClose: () => void }) {
  const { strings, tag } = useStrings(reviewsStrings);
  const { go } = useNavigation();
  const [titles, setTitles] = useState<Readonly<Record<string, string>>>({});
  const [id, setId] = useState<string | null>(null); // null: follows the title
  const [usual] = useState<readonly CriterionDraft[]>(usualCriteria);
  const [criteria, setCriteria] = useState(usual);
  const { ask, busy, error } = useAsked();
  const wanted = id ?? slug(titles['en'] || Object.values(titles)[0] || '').slice(0, 64);
  const [checked, setChecked] = useState(false);
  const dirty = Object.values(titles).some(Boolean) || id !== null || criteria !== usual;
  const problems = problemsOf(criteria);
  const make = () => {
    setChecked(true);
    if (problems.size > 0) return;
    void ask(createRound(wanted, filled(titles), criteriaOf(criteria)), () => {
      onClose();
      go(studioAddress('reviews', wanted));
    });
  };
  const nameOf = new Intl.DisplayNames([tag], { type: 'language' });
  return (
    <Dialog title={strings.newRound} onClose={onClose} dirty={dirty}>
      <form
        class="confirmation wide"
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <div class="columns two">
          {kLanguages.map(({ tag: language }) => (
            <Field key={language} label={fill(strings.titleIn, { language: nameOf.of(language) ?? language })}>
              {(input) => (
                <input
                  {...input}
                  lang={language}
                  required={language === tag}
                  maxLength={500}
                  value={titles[language] ?? ''}
                  onInput={(event) => setTitles({ ...titles, [language]: event.currentTarget.value })}
                />
              )}
            </Field>
          ))}
        </div>
        <Field label={strings.id} hint={strings.idHint} error={error}>
          {(input) => (
            <input
              {...input}
              required
              maxLength={64}
              pattern="[a-z0-9\-]+"
              value={wanted}
              onInput={(event) => setId(event.currentTarget.value)}
            />
          )}
        </Field>
        <CriteriaEditor drafts={criteria} problems={checked ? problems : new Map()} onChange={setCriteria} />
        <button type="submit" class="button primary" disabled={busy}>
          {strings.make}
        </button>
      </form>
    </Dialog>
  );
}
