/** What a Dockerfile is called where nobody says so: docker's two names, and that of podman and buildah. The first that is there holds. */
export const dockerfileNames = ['Dockerfile', 'dockerfile', 'Containerfile'] as const
