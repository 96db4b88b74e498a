import { view } from '../frame/render.ts'

export type LandingPage = { demo: boolean }
export const landingView = view<LandingPage>('home/landing')

/** For a person without a workspace, who cannot connect anything yet. */
export type NowherePage = { name: string; email: string }
export const nowhereView = view<NowherePage>('home/nowhere')
