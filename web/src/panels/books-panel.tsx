import { useRef } from 'preact/hooks'
import { formatAge, formatCount, formatNumber, NOTHING } from '../model/format.ts'
import { movedSelection } from '../model/moved-selection.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'

const HEADS = [
  ['pair', 'text'],
  ['bid size', 'number wide-only'],
  ['bid', 'number'],
  ['ask', 'number'],
  ['ask size', 'number wide-only'],
  ['spread', 'number wide-only'],
  ['last', 'number wide-only'],
  ['book', 'text'],
  ['source', 'text wide-only'],
  ['feed', 'text wide-only'],
  ['messages', 'number wide-only'],
  ['id skips', 'number'],
  ['age', 'number wide-only'],
] as const

const ID_SKIPS =
  'steps of more than one in the numbers: no loss where the exchange leaves numbers out, as all do so far'

/** Every pair's best prices and how its data arrives; one of them is selected, by pointer or arrow keys. */
export function BooksPanel() {
  const { store, select } = usePage()
  const body = useRef<HTMLTableSectionElement>(null)
  const pairs = store.hello.value?.pairs.map(({ pair }) => pair) ?? []
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = movedSelection(pairs, store.selectedPair.value, event.key)
    if (next === undefined) return
    event.preventDefault()
    select(next)
    body.current?.querySelectorAll('tr')[pairs.indexOf(next)]?.focus()
  }
  const aside = (
    <span>
      {pairs.length} pairs<span class="wide-only">, arrow keys select</span>
    </span>
  )
  return (
    <Panel id="books" title="Books" aside={aside}>
      <div class="scroll">
        <table role="grid" aria-label="Books" class="selectable">
          <thead>
            <tr>
              {HEADS.map(([name, kind]) => (
                <th key={name} scope="col" class={kind} title={name === 'id skips' ? ID_SKIPS : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={onKeyDown}>
            {pairs.map((pair) => (
              <BookRow key={pair} pair={pair} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function BookRow({ pair }: { readonly pair: string }) {
  const { store, select } = usePage()
  const isSelected = store.selectedPair.value === pair
  const state = store.pairState(pair).value
  const { priceDecimals, amountDecimals } = store.pair(pair)
  const { bestBid = null, bestAsk = null } = state ?? {}
  const spread = bestBid === null || bestAsk === null ? null : bestAsk - bestBid
  return (
    <tr
      aria-selected={isSelected}
      tabIndex={isSelected ? 0 : -1}
      data-pair={pair}
      onClick={() => select(pair)}
    >
      <th scope="row">
        <span class="pointer" aria-hidden="true">
          {isSelected ? '▸' : ''}
        </span>
        {pair}
      </th>
      <td class="number wide-only muted">{formatNumber(state?.bestBidSize ?? null, amountDecimals)}</td>
      <td class="number buy">{formatNumber(bestBid, priceDecimals)}</td>
      <td class="number sell">{formatNumber(bestAsk, priceDecimals)}</td>
      <td class="number wide-only muted">{formatNumber(state?.bestAskSize ?? null, amountDecimals)}</td>
      <td class="number wide-only">{formatNumber(spread, priceDecimals)}</td>
      <td class="number wide-only">{formatNumber(state?.lastTradePrice ?? null, priceDecimals)}</td>
      <td class={state?.bookState === 'live' ? 'good' : 'bad'}>{state?.bookState ?? NOTHING}</td>
      <td class="wide-only">{state?.source ?? NOTHING}</td>
      <td class="wide-only">{state?.feedState ?? NOTHING}</td>
      <td class="number wide-only">{state ? formatCount(state.messages) : NOTHING}</td>
      <td class="number">{state ? formatCount(state.gaps) : NOTHING}</td>
      <td class="number age wide-only">{formatAge(state?.ageMs ?? null)}</td>
    </tr>
  )
}
