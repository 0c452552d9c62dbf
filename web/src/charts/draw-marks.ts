import type uPlot from 'uplot'
import type { FillMark, Marks, OrderMark } from '../model/price-marks.ts'
import type { Colours } from './colours.ts'

/** What was drawn. */
export interface DrawnMarks {
  readonly buys: number
  readonly sells: number
  readonly orders: number
}

/** Half of a triangle's width, CSS pixels. */
const HALF = 5
const DASH = [5, 4]

/** Draws fills as triangles and orders as dashed lines over a chart of prices; those beyond it at its edge, with their price. */
export function drawMarks(plot: uPlot, colours: Colours, { fills, orders }: Marks): DrawnMarks {
  const { ctx } = plot
  ctx.save()
  for (const order of orders) drawOrder(plot, colours, order)
  for (const fill of fills) drawFill(plot, colours, fill)
  ctx.restore()
  const buys = fills.filter(({ side }) => side === 'buy').length
  return { buys, sells: fills.length - buys, orders: orders.length }
}

function drawOrder(plot: uPlot, colours: Colours, { price, side, amount }: OrderMark): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  const bottom = bbox.top + bbox.height
  const y = Math.round(plot.valToPos(price, 'y', true))
  const isAbove = y < bbox.top
  const isBelow = y > bottom
  const shownY = Math.min(Math.max(y, bbox.top + ratio), bottom - ratio)
  ctx.strokeStyle = ctx.fillStyle = colours.of(side)
  ctx.lineWidth = ratio
  if (!isAbove && !isBelow) {
    ctx.setLineDash(DASH.map((length) => length * ratio))
    ctx.beginPath()
    ctx.moveTo(bbox.left, shownY)
    ctx.lineTo(bbox.left + bbox.width, shownY)
    ctx.stroke()
    ctx.setLineDash([])
  }
  const arrow = isAbove ? '↑ ' : isBelow ? '↓ ' : ''
  ctx.font = `${11 * ratio}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  const isUnderLine = isAbove || shownY - bbox.top < 16 * ratio
  ctx.textBaseline = isUnderLine ? 'top' : 'bottom'
  const text = `${arrow}${side} ${amount} at ${price}`
  const at = [bbox.left + 6 * ratio, shownY + (isUnderLine ? 3 : -3) * ratio] as const
  // Readable where the price's line runs through it.
  ctx.strokeStyle = colours.of('panel')
  ctx.lineWidth = 3 * ratio
  ctx.strokeText(text, ...at)
  ctx.fillText(text, ...at)
}

function drawFill(plot: uPlot, colours: Colours, { second, price, side }: FillMark): void {
  const { ctx } = plot
  const ratio = devicePixelRatio
  const x = plot.valToPos(second, 'x', true)
  const y = plot.valToPos(price, 'y', true)
  // A buy points up at its price from below, a sell down at it from above.
  const away = (side === 'buy' ? 1 : -1) * HALF * 1.8 * ratio
  ctx.beginPath()
  ctx.moveTo(x, y)
  ctx.lineTo(x - HALF * ratio, y + away)
  ctx.lineTo(x + HALF * ratio, y + away)
  ctx.closePath()
  ctx.fillStyle = colours.of(side)
  ctx.fill()
  ctx.lineWidth = ratio
  ctx.strokeStyle = colours.of('panel')
  ctx.stroke()
}
