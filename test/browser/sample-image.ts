// An image with three traps, each at known lines and of known bytes, and with names that try to become markup.
import { type SaidImage, storeImage } from '../../src/testing/stored-image.ts'
import { dir, file, gone, symlink, tree } from '../../src/testing/tree.ts'

export const hostileName = '"><img src=x onerror=alert(1)><script>alert(2)</script>'

const dockerfile = `# </script><script>alert(3)</script>
FROM base
COPY data /app/data
RUN ./digest && \\
    rm -rf /app/data
COPY deploy.key /root/deploy.key
RUN ./fetch && rm /root/deploy.key
COPY src /srv
RUN chown -R 1000:1000 /srv
CMD ["<b>run</b>"]
`

const owned = { uid: 1000, gid: 1000 }

const sampleImage: SaidImage = {
  name: 'sample',
  dockerfile,
  layers: [
    {
      createdBy: 'the base <script>alert(4)</script>',
      entries: tree(
        dir('/etc'),
        file('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n'),
        file('/usr/lib/libbase.so', 'b'.repeat(60_000)),
        symlink('/usr/lib/libbase.so.1', 'libbase.so'),
        file(`/usr/share/${hostileName}`, 'h'.repeat(700)),
        file('/usr/share/\u202eexe.txt', 'turned'),
      ),
    },
    {
      createdBy: 'COPY data /app/data # buildkit',
      line: 3,
      entries: tree(
        dir('/app'),
        dir('/app/data'),
        file('/app/data/one.bin', '1'.repeat(90_000)),
        file('/app/data/two.bin', '2'.repeat(45_000)),
      ),
    },
    {
      createdBy: 'RUN /bin/sh -c ./digest &&     rm -rf /app/data # buildkit',
      line: 4,
      entries: tree(dir('/app'), gone('/app/data'), file('/app/result', 'r'.repeat(5_000))),
    },
    {
      createdBy: 'COPY deploy.key /root/deploy.key # buildkit',
      line: 6,
      entries: tree(dir('/root'), file('/root/deploy.key', 'k'.repeat(3_000))),
    },
    {
      createdBy: 'RUN /bin/sh -c ./fetch && rm /root/deploy.key # buildkit',
      line: 7,
      entries: tree(dir('/root'), gone('/root/deploy.key')),
    },
    {
      createdBy: 'COPY src /srv # buildkit',
      line: 8,
      entries: tree(
        dir('/srv'),
        file('/srv/main.js', 'm'.repeat(20_000)),
        file('/srv/lib.js', 'l'.repeat(10_000)),
      ),
    },
    {
      createdBy: 'RUN /bin/sh -c chown -R 1000:1000 /srv # buildkit',
      line: 9,
      entries: tree(
        dir('/srv', owned),
        file('/srv/main.js', 'm'.repeat(20_000), owned),
        file('/srv/lib.js', 'l'.repeat(10_000), owned),
      ),
    },
    { createdBy: 'CMD ["<b>run</b>"]', line: 10 },
  ],
}

/** Stores it as `sample` below `root`. */
export async function storeSampleImage(root: string): Promise<void> {
  await storeImage(root, sampleImage)
}
