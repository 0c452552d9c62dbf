import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { formatTime } from '../model/format.ts'
import { isLogLevel, LOG_LEVELS, linesFrom, type LogLevel } from '../model/log-lines.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'

/** So near to the end counts as being there, pixels. */
const NEAR_END = 24

/** The newest lines of the log; stands still while somebody reads further up. */
export function LogPanel() {
  const { store } = usePage()
  const level = useSignal<LogLevel>('info')
  const isFollowing = useSignal(true)
  const list = useRef<HTMLOListElement>(null)
  const lines = linesFrom(store.log.value, level.value)

  const toEnd = (): void => {
    const element = list.current
    if (element) element.scrollTop = element.scrollHeight
  }
  useLayoutEffect(() => {
    if (isFollowing.value) toEnd()
  }, [lines.length, store.log.value, isFollowing.value])
  const onScroll = (): void => {
    const element = list.current
    if (!element) return
    isFollowing.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END
  }

  const aside = (
    <>
      {!isFollowing.value && (
        <button type="button" onClick={() => (isFollowing.value = true)}>
          paused: follow again
        </button>
      )}
      <label>
        level{' '}
        <select
          value={level.value}
          onChange={({ currentTarget: { value } }) => {
            if (isLogLevel(value)) level.value = value
          }}
        >
          {LOG_LEVELS.map((name) => (
            <option key={name} value={name}>
              {name === 'error' ? 'error' : `${name} and above`}
            </option>
          ))}
        </select>
      </label>
    </>
  )
  return (
    <Panel id="log" title="Log" aside={aside}>
      <ol class="log" ref={list} onScroll={onScroll} tabIndex={0} aria-label="Log lines">
        {lines.map(({ item: line, number }) => (
          <li key={number} class={`log-${line.level}`}>
            <time>{formatTime(line.timeMs)}</time>
            <span class="level">{line.level}</span>
            <span class="text">{line.text}</span>
          </li>
        ))}
      </ol>
      {lines.length === 0 && <p class="empty">No line of that level yet</p>}
    </Panel>
  )
}
