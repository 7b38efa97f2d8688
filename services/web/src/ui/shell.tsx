import { useState, type ReactNode } from 'react';
import {
  Button,
  Link,
  Menu,
  MenuItem,
  MenuTrigger,
  Popover,
  Header,
  MenuSection,
  Separator,
} from 'react-aria-components';
import { usePath } from '../router';
import { signOut, useMay, useSession } from '../session';
import { Icons } from './icons';
import { applyTheme, currentTheme, type Theme } from './theme';

/** What stands around every screen: where one is, where one can go, who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const [screen = 'runs'] = usePath();
  const isAdmin = useMay('admin');
  const places = [
    { path: '/', id: 'runs', name: 'Runs' },
    ...(isAdmin
      ? [
          { path: '/models', id: 'models', name: 'Models' },
          { path: '/training', id: 'training', name: 'Training' },
          { path: '/system', id: 'system', name: 'System' },
        ]
      : []),
  ];
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="topbar">
        <Link href="/" className="wordmark" aria-label="Propago, all runs">
          {Icons.logo}
          <span>Propago</span>
        </Link>
        <nav aria-label="Screens">
          {places.map(({ path, id, name }) => (
            <Link key={id} href={path} className="place" aria-current={screen === id ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <Account />
      </header>
      <main id="main" tabIndex={-1} className={screen === 'new' || screen === 'runs' ? 'main-wide' : ''}>
        {children}
      </main>
    </>
  );
}

function Account() {
  const { key, access, version } = useSession();
  const [theme, setTheme] = useState<Theme>(currentTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  const who = access === 'off' ? 'This machine' : key.name;
  return (
    <MenuTrigger>
      <Button className="account">
        {/* The letter is drawn by the style sheet: it is not part of the button's name. */}
        <span className="avatar" data-letter={who.slice(0, 1).toUpperCase()} aria-hidden="true" />
        <span className="account-name">{who}</span>
        <span className="unseen">, account</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu
          className="menu"
          aria-label="Account"
          selectionMode="none"
          onAction={(action) => {
            if (action === 'out') void signOut();
            else if (action === 'docs') window.open('/docs', '_blank', 'noopener');
            else choose(action as Theme);
          }}
        >
          <MenuSection>
            <Header>
              Tenant {key.tenant} · version {version}
            </Header>
            {(['system', 'light', 'dark'] as const).map((one) => (
              <MenuItem key={one} id={one} className="menu-item" textValue={THEMES[one]}>
                {THEMES[one]}
                {theme === one && <span className="menu-check">{Icons.check}</span>}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator />
          <MenuItem id="docs" className="menu-item">
            API documentation
          </MenuItem>
          {access === 'keys' && (
            <MenuItem id="out" className="menu-item">
              Sign out
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

const THEMES: Record<Theme, string> = { system: 'Colours of the system', light: 'Light', dark: 'Dark' };
