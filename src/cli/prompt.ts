// Questions to whoever sits at the terminal, a line each; what is secret is not shown while it is typed.
import type { ReadStream } from 'node:tty'
import { Fault } from '../core/index.ts'
import type { Shell } from './shell.ts'

const enter = new Set(['\r', '\n', '\x04'])
const erase = new Set(['\x7f', '\b'])

/** Asks on the error output and reads one line. Faults with `cancelled` on Ctrl-C. */
export async function ask(shell: Shell, question: string, visible: 'shown' | 'hidden'): Promise<string> {
  const input = shell.input.stream as ReadStream
  shell.err.write(question)
  // Raw, so that the terminal itself echoes nothing; what may be seen is echoed here.
  input.setRawMode?.(true)
  try {
    return await readLine(shell, input, visible)
  } finally {
    input.setRawMode?.(false)
    input.pause()
    shell.err.write('\n')
  }
}

function readLine(shell: Shell, input: ReadStream, visible: 'shown' | 'hidden'): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = ''
    const finish = (settle: () => void) => {
      input.off('data', take)
      input.off('end', ended)
      settle()
    }
    const ended = () => finish(() => resolve(line))
    const take = (chunk: Buffer | string) => {
      for (const character of chunk.toString()) {
        if (character === '\x03') return finish(() => reject(new Fault('cancelled', 'cancelled')))
        if (enter.has(character)) return finish(() => resolve(line))
        const before = line
        if (erase.has(character)) line = [...line].slice(0, -1).join('')
        else if (character >= ' ') line += character
        if (visible === 'shown' && line !== before)
          shell.err.draw(line.length > before.length ? character : '\b \b')
      }
    }
    input.on('data', take)
    input.on('end', ended)
    input.resume()
  })
}
