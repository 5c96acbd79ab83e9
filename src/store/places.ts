// Where in the world stored things are too: which repositories have a blob (so that it can be mounted from there), and under which
// digest an image is published in one.
import type { Digest } from '../core/index.ts'
import type { Catalog } from './catalog.ts'
import type { Places } from './types.ts'

export function openPlaces(catalog: Catalog): Places {
  return {
    add(repository, digests) {
      catalog.write(() => {
        for (const digest of digests)
          catalog.run('insert or ignore into places(digest, repository) values(?, ?)', digest, repository)
      })
    },
    of: (digest) =>
      catalog
        .rows<{ repository: string }>(
          'select repository from places where digest = ? order by repository',
          digest,
        )
        .map((row) => row.repository),
    publish(image, repository, digest) {
      catalog.write(() =>
        catalog.run(
          'insert or ignore into published(image, repository, digest) values(?, ?, ?)',
          image,
          repository,
          digest,
        ),
      )
    },
    published: (image) =>
      catalog.rows<{ repository: string; digest: Digest }>(
        'select repository, digest from published where image = ? order by repository, digest',
        image,
      ),
    findPublished: (repository, digest) =>
      catalog.row<{ image: Digest }>(
        'select image from published where repository = ? and digest = ? limit 1',
        repository,
        digest,
      )?.image,
  }
}
