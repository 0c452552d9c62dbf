import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { usePage } from '../page.ts'
import { Colours } from './colours.ts'

export interface ChartProps {
  /** What is seen, for those who do not see it. */
  readonly label: string
  /** CSS pixels; without it as high as the place that is left. */
  readonly height?: number
  /** Asked once. */
  readonly options: (colours: Colours) => Omit<uPlot.Options, 'width' | 'height'>
  /** What is drawn; drawn again when a signal that it reads changes. */
  readonly data: () => uPlot.AlignedData
}

/** Neither side is less, CSS pixels: what is not laid out yet has none. */
const SMALLEST = 120

/** A uPlot chart that is made once and then given data; as wide as the place that it stands in. */
export function Chart({ label, height, options, data }: ChartProps) {
  const { theme } = usePage()
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = host.current
    if (!element) return undefined
    const colours = new Colours(element)
    const size = (): { width: number; height: number } => ({
      width: Math.max(SMALLEST, element.clientWidth),
      height: height ?? Math.max(SMALLEST, element.clientHeight),
    })
    const plot = new uPlot({ ...options(colours), ...size() }, data(), element)
    const observer = new ResizeObserver(() => {
      const now = size()
      if (now.width !== plot.width || now.height !== plot.height) plot.setSize(now)
    })
    observer.observe(element)
    const stopTheme = effect(() => {
      colours.use(theme.name.value)
      plot.redraw(false, true)
    })
    const stopData = effect(() => plot.setData(data()))
    return () => {
      stopData()
      stopTheme()
      observer.disconnect()
      plot.destroy()
    }
  }, [])
  return (
    <div class={height === undefined ? 'chart filling' : 'chart'} ref={host} role="img" aria-label={label} />
  )
}
