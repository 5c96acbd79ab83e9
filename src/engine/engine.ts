// Puts the rooms together as the engine that the faces use. What only some calls need is loaded by them: a listing is over before a
// builder would have been read.
import * as os from 'node:os'
import * as path from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { Fault, hostPlatform, parsePlatform, printPlatform } from '../core/index.ts'
import type { FlatTree, SavedImage, Store } from '../store/index.ts'
import type { Engine, EngineOptions, LoadedImage } from './api/index.ts'
import { createdNow } from './created.ts'
import { imageDetails, imageHistory, listImages } from './look.ts'
import { findDescriptor, findImage, findIndex, parseTag, storeName } from './names.ts'
import { openRooms } from './workshop.ts'

/** Opens the engine; makes the store where there is none. Faults with `store.unwritable` or `store.version`. */
export function openEngine(options: EngineOptions = {}): Engine {
  const env = options.env ?? process.env
  const rooms = openRooms(options.root ?? defaultRoot(env), env, { exits: options.exits })
  const saved = (names: readonly string[]) => {
    const byDigest = new Map<string, SavedImage & { readonly names: string[] }>()
    for (const name of names) {
      const image = findImage(rooms.store, name)
      const index = findIndex(rooms.store, name)
      const entry = byDigest.get(index ?? image.digest) ?? { image, index, names: [] }
      const tag = storeName(name)
      if (tag !== undefined && rooms.store.refs.find(tag) !== undefined) entry.names.push(tag)
      byDigest.set(index ?? image.digest, entry)
    }
    return [...byDigest.values()]
  }
  return {
    root: rooms.root,
    build: async (request, ctx) => (await import('./build.ts')).buildImage(request, { rooms }, ctx),
    check: async (request, ctx) => (await import('./check.ts')).checkBuild(request, rooms, ctx),
    outline: async (request, ctx) => (await import('./outline.ts')).outlineBuild(request, rooms, ctx),
    targets: async (request, ctx) => (await import('./outline.ts')).listTargets(request, rooms, ctx),
    builds: async (request) => (await import('./builds.ts')).listBuilds(rooms.store, request),
    buildReport: async (which) => (await import('./builds.ts')).buildReport(rooms.store, which),
    caches: async () => (await import('./caches.ts')).cacheCalls(rooms).caches(),
    pruneCaches: async (ids, ctx) => (await import('./caches.ts')).cacheCalls(rooms).pruneCaches(ids, ctx),
    exportCaches: async (ids, to, ctx) =>
      (await import('./caches.ts')).cacheCalls(rooms).exportCaches(ids, to, ctx),
    importCaches: async (source, ctx) =>
      (await import('./caches.ts')).cacheCalls(rooms).importCaches(source, ctx),
    contextFiles: async (options, ctx) =>
      (await import('./context-files.ts')).contextFiles(options, rooms, ctx),
    contextRule: async (options, name, ctx) =>
      (await import('./context-files.ts')).contextRule(options, name, rooms, ctx),
    async *buildLog(which) {
      yield* (await import('./build-log.ts')).readBuildLog(rooms.store, which)
    },
    why: async (which) => (await import('./why.ts')).explainBuild(rooms.store, which),
    squash: async (request, ctx) => (await import('./squash.ts')).squashImage(request, rooms, ctx),
    rebase: async (request, ctx) => (await import('./rebase.ts')).rebaseImage(request, rooms, ctx),
    fix: async (request, ctx) => (await import('./fix/fix.ts')).fixDockerfile(request, rooms, ctx),
    images: (request) => listImages(rooms.store, request),
    history: (name) => imageHistory(rooms.store, name),
    inspect: (names) => names.map((name) => imageDetails(rooms.store, name)),
    tag(source, target) {
      rooms.store.refs.set(parseTag(target), findDescriptor(rooms.store, source))
    },
    remove: async (names, request, ctx) =>
      (await import('./remove.ts')).removeImages(rooms.store, names, { ...request, ctx }),
    save: async (names, request, ctx) =>
      (await import('../store/index.ts')).saveArchive(rooms.store, saved(names), request, ctx),
    async load(source, ctx) {
      const { loadArchive } = await import('../store/index.ts')
      const loaded = await loadArchive(rooms.store, source, ctx)
      return loaded.map(({ names, image }): LoadedImage => ({ id: image.configDigest, tags: names }))
    },
    async import(request, ctx) {
      const { importTar } = await import('../store/index.ts')
      const { parseChanges } = await import('./import.ts')
      const tag = request.tag === undefined ? undefined : parseTag(request.tag)
      const image = await importTar(
        rooms.store,
        request.source,
        {
          config: await parseChanges(request.changes ?? []),
          platform: request.platform === undefined ? hostPlatform() : parsePlatform(request.platform),
          created: createdNow(env),
          message: request.message,
        },
        ctx,
      )
      if (tag !== undefined) rooms.store.refs.set(tag, image.descriptor)
      return { id: image.configDigest, tags: tag === undefined ? [] : [tag] }
    },
    export: async (name, output, ctx) =>
      (await import('../store/index.ts')).exportTar(rooms.store, flatTrees(rooms.store, name), output, ctx),
    exportDirectory: async (name, directory, ctx) =>
      (await import('../store/index.ts')).exportDirectory(
        rooms.store,
        flatTrees(rooms.store, name),
        { directory: path.resolve(directory), owners: 'caller' },
        ctx,
      ),
    study: async (source, request, ctx) =>
      (await import('./study/study.ts')).studyImage(source, request, { rooms, ctx }),
    compare: async (sides, request, ctx) =>
      (await import('./study/compare.ts')).compareImages(sides, request, { rooms, ctx }),
    run: async (request, ctx) => (await import('./run.ts')).runImage(request, rooms, ctx),
    pull: async (name, request, ctx) => (await import('./registries.ts')).pull(rooms, name, request, ctx),
    meaning: async (name) => (await import('./registries.ts')).meaning(rooms, name),
    push: async (names, request, ctx) => (await import('./registries.ts')).push(rooms, names, request, ctx),
    login: async (server, given, ctx) => (await import('./login.ts')).login(rooms, server, given, ctx),
    logout: async (server) => (await import('./login.ts')).logout(rooms, server),
    obtain: async (name, request, ctx) => (await import('./registries.ts')).obtain(rooms, name, request, ctx),
    copy: async (source, target, request, ctx) =>
      (await import('./copy.ts')).copy(rooms, { source, target }, request, ctx),
    remoteManifest: async (name, ctx) => (await import('./remote.ts')).remoteManifest(rooms, name, ctx),
    remoteHistory: async (name, request, ctx) =>
      (await import('./remote.ts')).remoteHistory(rooms, name, request, ctx),
    remoteInspect: async (name, request, ctx) =>
      (await import('./remote.ts')).remoteInspect(rooms, name, request, ctx),
    createIndex: async (name, sources, ctx) =>
      (await import('./remote.ts')).createIndex(rooms, name, sources, ctx),
    deleteRemote: async (name, ctx) => (await import('./remote.ts')).deleteRemote(rooms, name, ctx),
    referrers: async (name, request, ctx) =>
      (await import('./remote.ts')).referrers(rooms, name, request, ctx),
    tags: async (repository, ctx) => (await import('./registries.ts')).listTags(rooms, repository, ctx),
    prune: ({ all, cacheMounts, dryRun }, ctx) => rooms.store.collect({ all, cacheMounts, dryRun }, ctx),
    usage() {
      const { images, ...sums } = rooms.store.usage()
      return {
        ...sums,
        images: images.map(({ configDigest: id, names, shared, unique, size }) => ({
          id,
          names,
          shared,
          unique,
          size,
        })),
      }
    },
    secrets: async (source, request, ctx) =>
      (await import('./exposed/secrets.ts')).findImageSecrets(source, request, { rooms, ctx }),
    doctor: async (request, ctx) =>
      (await import('./doctor.ts')).examine(rooms, manifest.version, request, ctx),
    [Symbol.dispose]: () => rooms[Symbol.dispose](),
  }
}

/** One file system, or those of an index, each in a directory called as its platform (`linux_arm64`). */
function flatTrees(store: Store, name: string): readonly FlatTree[] {
  const index = findIndex(store, name)
  if (index === undefined) return [{ layers: findImage(store, name).layers, directory: '' }]
  return store.images.members(index).map(({ layers, config }) => ({
    layers,
    directory: printPlatform(config).replaceAll('/', '_'),
  }))
}

function defaultRoot(env: NonNullable<EngineOptions['env']>): string {
  if (env.PEEL_ROOT) return path.resolve(env.PEEL_ROOT)
  if (process.getuid?.() === 0) return '/var/lib/peel'
  const home = env.HOME ?? os.homedir()
  const data = env.XDG_DATA_HOME || (home === '' ? '' : path.join(home, '.local', 'share'))
  if (data === '')
    throw new Fault('store.unwritable', 'there is no home directory to keep images in', {
      hint: 'set PEEL_ROOT or give --root',
    })
  return path.join(data, 'peel')
}
