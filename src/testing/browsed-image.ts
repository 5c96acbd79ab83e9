// The image that the browser is driven on: any number of files in the base, and above it one of each thing that the browser shows.
import type { Entry } from '../layer/index.ts'
import { storeImage } from './stored-image.ts'
import { dir, file, gone, symlink, tree } from './tree.ts'

const dockerfile = `FROM base
COPY app /app
RUN make -C /app \\
  && apt-get update
RUN chown -R 1000:1000 /app/assets
RUN rm -rf /app/build /etc/motd
COPY settings.conf /app/settings.conf
CMD ["/app/server"]
`

const lines = (count: number, changed = -1): string =>
  Array.from({ length: count }, (_, i) =>
    i === changed ? `option${i} = changed\n` : `option${i} = ${i}\n`,
  ).join('')

const binary = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7) & 0xff)

function* base(files: number): Generator<Entry> {
  const perDirectory = 250
  const top = tree(
    dir('/bin'),
    file('/bin/sh', binary, { mode: 0o4755 }),
    dir('/etc'),
    file('/etc/motd', 'welcome\n'),
    file('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n'),
    dir('/etc/ssl'),
    symlink('/etc/ssl/cert.pem', '/usr/share/ca.pem'),
  )
  yield* top
  yield dir('/usr')
  yield dir('/usr/share')
  for (let i = 0; i < files; i++) {
    const directory = `/usr/share/d${String(Math.floor(i / perDirectory)).padStart(4, '0')}`
    if (i % perDirectory === 0) yield dir(directory)
    yield file(`${directory}/file${String(i % perDirectory).padStart(3, '0')}.txt`)
  }
}

/** Stores it as `name`; `files` small ones stand below /usr/share. */
export async function storeBrowsedImage(root: string, name: string, files: number): Promise<void> {
  const asset = (owner: number) => file('/app/assets/logo.png', binary, { uid: owner, gid: owner })
  await storeImage(root, {
    name,
    dockerfile,
    layers: [
      { createdBy: '/bin/sh -c #(nop) ADD file:5f0e1a in / ', entries: base(files) },
      {
        createdBy: 'COPY app /app # buildkit',
        line: 2,
        entries: tree(
          dir('/app'),
          dir('/app/assets'),
          asset(0),
          file('/app/settings.conf', lines(40)),
          file('/app/server', binary, { mode: 0o755 }),
          file('/app/日本語.txt', 'wide characters\n'),
        ),
      },
      {
        createdBy: 'RUN /bin/sh -c make -C /app   && apt-get update # buildkit',
        line: 3,
        entries: tree(
          dir('/app'),
          dir('/app/build'),
          file('/app/build/object.o', new Uint8Array(200_000)),
          file('/app/build/server.map', lines(3000)),
          dir('/var'),
          dir('/var/lib'),
          dir('/var/lib/apt'),
          dir('/var/lib/apt/lists'),
          file('/var/lib/apt/lists/main_Packages', lines(2000)),
        ),
      },
      {
        createdBy: 'RUN /bin/sh -c chown -R 1000:1000 /app/assets # buildkit',
        line: 5,
        entries: tree(dir('/app'), dir('/app/assets', { uid: 1000, gid: 1000 }), asset(1000)),
      },
      {
        createdBy: 'RUN /bin/sh -c rm -rf /app/build /etc/motd # buildkit',
        line: 6,
        entries: tree(dir('/app'), gone('/app/build'), dir('/etc'), gone('/etc/motd')),
      },
      {
        createdBy: 'COPY settings.conf /app/settings.conf # buildkit',
        line: 7,
        entries: tree(dir('/app'), file('/app/settings.conf', lines(40, 20))),
      },
      { createdBy: 'CMD ["/app/server"]', line: 8 },
    ],
  })
}
