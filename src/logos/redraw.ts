/**
 * A program of its own: reads a picture from standard input and writes a PNG of it to standard output. Native code decodes
 * pictures that strangers upload; in a separate process it can neither crash the server nor keep it busy. Exit code 3: refused,
 * with the reason on standard error.
 */
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'

const side = 256
const maxPixels = 4096 * 4096

class Refused extends Error {}

sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadSvgBuffer'],
})

try {
  process.stdout.write(await redraw(await buffer(process.stdin)))
} catch (error) {
  process.stderr.write(error instanceof Refused ? error.message : reasonOf(error as Error))
  process.exitCode = 3
}

/** The SVG reader gives up on a picture of very many parts ("exceeded more than 500000 referenced elements"), on a fast machine in time. */
function reasonOf({ message }: Error): string {
  return /exceeded more than/.test(message)
    ? 'takes too long to draw; make it simpler'
    : 'cannot be drawn; it is damaged'
}

/** @returns a PNG of at most 256 pixels on its longer side, without the metadata of the file. */
async function redraw(file: Buffer): Promise<Buffer> {
  // The SVG reader would unpack it, to any size.
  if (file[0] === 0x1f && file[1] === 0x8b) throw new Refused('is compressed; save it as a plain SVG')
  const { format, width, height } = await sharp(file, { limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw new Refused('is neither a PNG, nor a JPEG, nor an SVG, or it is damaged')
    })
  if (format !== 'png' && format !== 'jpeg' && format !== 'svg')
    throw new Refused('is neither a PNG, nor a JPEG, nor an SVG')
  if (width * height > maxPixels || Math.max(width, height) > 16_384)
    throw new Refused(`has ${width} × ${height} pixels; 4,096 × 4,096 is the most`)
  // An SVG is drawn at its final size, rather than enlarged afterwards.
  const density = format === 'svg' ? Math.min(Math.max((72 * side) / Math.max(width, height), 1), 7_200) : 72
  return sharp(file, { density, limitInputPixels: maxPixels, failOn: 'error' })
    .autoOrient()
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer()
}
