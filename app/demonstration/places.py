"""The offices of the demonstration: the province's, its departments, 21 cities and some counties."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.places import Organization, Region
from app.db import db

ROOT, ROOT_EN = "四川省知识产权服务促进中心", "Sichuan Intellectual Property Service and Promotion Center"
DEPARTMENTS = {
    "省委组织部": ("中共四川省委组织部", "Organization Department, CPC Sichuan Committee"),
    "省委宣传部": ("中共四川省委宣传部", "Publicity Department, CPC Sichuan Committee"),
    "省教育厅": ("四川省教育厅", "Sichuan Department of Education"),
    "省科技厅": ("四川省科学技术厅", "Sichuan Department of Science and Technology"),
    "省经信厅": ("四川省经济和信息化厅", "Sichuan Department of Economy and Information Technology"),
    "省人社厅": ("四川省人力资源和社会保障厅", "Sichuan Department of Human Resources and Social Security"),
    "省农业农村厅": ("四川省农业农村厅", "Sichuan Department of Agriculture and Rural Affairs"),
    "省文旅厅": ("四川省文化和旅游厅", "Sichuan Department of Culture and Tourism"),
}
COUNTIES = ("绵竹市", "涪城区", "江阳区", "翠屏区", "郫都区", "双流区", "乐至县")


class Places:
    """Regions and organizations by the words the scripts use for them: “省”, “成都”, “郫都区”."""

    def __init__(self) -> None:
        found = db.session.scalars(select(Region).order_by(Region.code.desc()))
        self.regions: dict[str, Region] = {region.short_name: region for region in found}
        self.offices: dict[str, Organization] = {}

    def found_offices(self) -> None:
        """Founds the offices, parents first."""
        root = self._found("省", ROOT, ROOT_EN, "四川", None)
        root.aliases = ["四川省知识产权中心"]
        for word, (name, name_en) in DEPARTMENTS.items():
            self._found(word, name, name_en, "四川", root, kind="department")
        for city in db.session.scalars(Region.cities()).all():
            self._found(city.short_name, f"{city.name}市场监督管理局（知识产权局）",
                        f"{city.name_en} Administration for Market Regulation (IP Office)", city.short_name, root)
        cities = {office.region_code: office for office in self.offices.values() if office.region.level == "city"}
        for word in COUNTIES:
            county = self.regions[word]
            above = cities[county.code[:4] + "00"]
            self._found(word, f"{above.region.name}{county.name}市场监督管理局",
                        f"{county.name_en} Administration for Market Regulation", word, above)

    def _found(self, word: str, name: str, name_en: str, region: str, parent: Organization | None,
               kind: str = "office") -> Organization:
        office = Organization(name=name, name_en=name_en, region=self.regions[region], parent=parent, kind=kind,
                              aliases=[])
        db.session.add(office)
        db.session.flush()
        office.settle()
        self.offices[word] = office
        return office
